import ApusHub
import ApusSession
import Testing

@Suite struct EightCellsTests {
    private static let layers = """
        %%build --seed 3
        LSTM(8)
        Head("direction", loss: .crossEntropy) {
            Dense(4, activation: .softmax)
        }
        Head("bars", loss: .meanSquaredError, weight: 0.5) {
            Dense(1, activation: .relu)
        }
        """

    @Test func `the eight cells run from simulated candles to a published model`() async throws {
        let notebook = try TestNotebook()
        var records = [await notebook.run("%%install --hub file:hub")]
        records += await notebook.prepare()
        records.append(await notebook.run(Self.layers))
        let train = await notebook.run("%%train --epochs 3 --class-weights 1.0,1.5,2.0,2.4")
        let evaluate = await notebook.run("%%evaluate")
        let upload = await notebook.run("%%upload --repo apus/models --path BTCUSDT/15m --create")
        for record in records + [train, evaluate, upload] { #expect(record.error == nil, "\(record.error?.report.joined(separator: "\n") ?? "")") }

        #expect(train.pictures.count == 1)
        #expect(evaluate.text.contains("accuracy") && evaluate.text.contains("RMSE"))
        #expect(evaluate.pictures.count == 3)
        #expect(upload.text.contains("BTCUSDT/15m/model.h5") && upload.text.contains("config.json"))

        let hub = FileHub(folder: notebook.folder + "/hub", token: nil)
        let files = try hub.listFiles(RepositoryID(.model, "apus/models"))
        #expect(files.map(\.path) == ["BTCUSDT/15m/config.json", "BTCUSDT/15m/model.h5", "BTCUSDT/15m/scaler.pkl"])

        let who = await notebook.run("%who")
        for name in ["environment", "hub", "features", "data", "model", "training", "evaluation", "receipt"] { #expect(who.text.contains(name)) }
    }

    @Test(arguments: [
        ("%%download --repo a/b --timeframe 15m", "auth"), ("%%preprocess", "download"), ("%%build --recipe multi-task-lstm", "preprocess"),
        ("%%train", "preprocess"), ("%%evaluate", "preprocess"), ("%%upload --repo a/b", "auth"),
    ])
    func `a missing product names the magic that makes it`(cell: String, producer: String) async throws {
        let error = try #require(await TestNotebook().run(cell).error)
        #expect(error.name == "MissingValue")
        #expect(error.report.joined().contains("%%\(producer)"))
    }

    @Test func `training twice gives the same weights, whatever the number of threads`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.prepare(sample: 0.5)
        _ = await notebook.run(Self.layers)
        func figures(_ record: CellRecord) -> [Substring] {
            record.text.split(separator: "\n").filter { $0.contains(" * ") || $0.first?.isNumber == true }.map { line in
                // The last two columns are the learning rate and the seconds.
                line.prefix(upTo: line.lastIndex(of: " ") ?? line.endIndex)
            }
        }
        let first = await notebook.run("%%train --epochs 2 --threads 1 --checkpoints none")
        let second = await notebook.run("%%train --epochs 2 --threads 3 --checkpoints none")
        #expect(first.error == nil && !figures(first).isEmpty)
        #expect(figures(first) == figures(second))
    }

    @Test func `simulating again with the same settings changes nothing, with others replaces`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.run("%%auth --hub file:hub")
        func download(_ bars: Int) async -> CellRecord {
            await notebook.run("%%download --repo simulated/demo --path BTCUSDT/15m --timeframe 15m --simulate \(bars)")
        }
        let first = await download(900)
        #expect(first.error == nil && first.text.contains("Published"))
        let again = await download(900)
        #expect(again.error == nil && !again.text.contains("Published") && again.text.contains("in the cache"))
        let other = await download(1000)
        #expect(other.error == nil && other.text.contains("Published"))
    }

    @Test func `files that are not simulated are never replaced by simulated ones`() async throws {
        let notebook = try TestNotebook()
        let hub = FileHub(folder: notebook.folder + "/hub", token: nil)
        let repository = try RepositoryID(.dataset, "simulated/real")
        try hub.createRepository(repository)
        _ = try hub.commit(CommitRequest([.add(path: "p/15m_X_sequences.npy", .bytes([1, 2, 3]))], summary: "real"), to: repository)
        _ = await notebook.run("%%auth --hub file:hub")
        let record = await notebook.run("%%download --repo simulated/real --path p --timeframe 15m --simulate 900")
        #expect(record.text.contains("nothing is simulated"))
        #expect(try hub.listFiles(repository).count == 1)
    }

    @Test func `a repository that is not called simulated is never filled`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.run("%%auth --hub file:hub")
        let record = await notebook.run("%%download --repo me/mispelt --path p --timeframe 15m --simulate 900")
        #expect(record.error?.name == "RepositoryNotFound")
        #expect(record.text.contains("simulated/"))
    }
}
