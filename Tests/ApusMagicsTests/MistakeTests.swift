import ApusData
import ApusHub
import ApusMagics
import ApusSession
import Testing

@Suite struct MistakeTests {
    @Test func `a wrong layer is reported at its place in the cell with the nearest name`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.prepare(bars: 900)
        let error = try #require(await notebook.run("%%build --seed 2\nLSTM(8)\nDens(4)").error)
        let report = error.report.joined(separator: "\n")
        #expect(error.message.contains("Dense"))
        #expect(report.contains("line 3") && report.contains("Dens(4)"))
    }

    @Test func `a head without a target and a head of the wrong size are refused before training`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.prepare(bars: 900)
        let unknown = await notebook.run("%%build\nLSTM(4)\nHead(\"price\", loss: .meanSquaredError) {\n    Dense(1)\n}")
        #expect(unknown.error?.name == "UnknownTarget")
        let wrong = await notebook.run("%%build\nLSTM(4)\nHead(\"direction\", loss: .crossEntropy) {\n    Dense(3, activation: .softmax)\n}")
        #expect(wrong.error?.name == "HeadMismatch")
        #expect(wrong.error?.report.joined().contains("Dense(4, activation: .softmax)") == true)
    }

    @Test(arguments: [
        "%%train --epochs 0", "%%train --batch-size 0", "%%train --learning-rate -1", "%%train --plateau-factor 2", "%%train --class-weights a,b",
        "%%train --resume --checkpoints none", "%%preprocess --sample 0", "%%preprocess --train 0.9 --validation 0.2", "%%build --recipe nothing",
        "%%build --show", "%%download --repo a/b", "%%features --candles a.csv", "%%install --require tpu", "%%upload",
    ])
    func `an option out of range is refused before anything runs`(cell: String) async throws {
        let error = try #require(await TestNotebook().run(cell).error)
        #expect(error.name != "MissingValue", "\(error)")
        #expect(!error.message.isEmpty && error.report.count >= 2)
    }

    @Test func `a missing file, a missing repository and a wrong name each end in one clear error`() async throws {
        let notebook = try TestNotebook()
        let file = try #require(await notebook.run("%%features --candles nowhere.csv --timeframe 15m --out features").error)
        #expect(file.message.contains("nowhere.csv"))
        _ = await notebook.prepare(bars: 900)
        let repository = try #require(await notebook.run("%%download --repo simulated/demos --path BTCUSDT/15m --timeframe 15m").error)
        #expect(repository.name == "RepositoryNotFound" && repository.report.joined().contains("simulated/demo"))
        let path = try #require(await notebook.run("%%download --repo simulated/demo --path BTCUSDT/1h --timeframe 1h").error)
        #expect(path.name == "EntryNotFound")
        let escape = try #require(await notebook.run("%%download --repo simulated/demo --path ../../etc --timeframe 15m").error)
        #expect(escape.name == "InvalidPath")
    }

    @Test func `a truncated array is refused and the data of before are kept`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.prepare(bars: 900)
        let hub = FileHub(folder: notebook.folder + "/hub", token: nil)
        let repository = try RepositoryID(.dataset, "simulated/demo")
        let path = "BTCUSDT/15m/15m_y_class.npy"
        _ = try hub.commit(CommitRequest([.add(path: path, .bytes(Array("\u{1}NUMPY short".utf8)))], summary: "damage"), to: repository)
        _ = await notebook.run("%%download --repo simulated/demo --path BTCUSDT/15m --timeframe 15m")
        let error = try #require(await notebook.run("%%preprocess").error)
        #expect(error.message.contains("15m_y_class.npy"))
        let who = await notebook.run("%who")
        #expect(who.text.contains("training,"), "the earlier data are still there")
    }

    @Test func `the number of class weights must be that of the classes`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.prepare(bars: 900)
        _ = await notebook.run("%%build --recipe multi-task-lstm")
        let error = try #require(await notebook.run("%%train --epochs 1 --class-weights 1,2").error)
        #expect(error.name == "ClassWeights" && error.message.contains("4"))
    }

    @Test func `apus check finds heads and class weights that do not fit, at their place`() {
        let cells = [
            "%%auth --hub file:hub", "%%download --repo a/b --timeframe 15m", "%%preprocess",
            "%%build\nLSTM(4)\nHead(\"direction\", loss: .crossEntropy) {\n    Dense(3, activation: .softmax)\n}", "%%train --class-weights 1,2",
        ]
        let found = CellChecker(magics: StandardMagics.all).check(cells)
        #expect(found.map(\.name) == ["HeadMismatch", "ClassWeights"])
        #expect(found.map(\.cell) == [3, 4])
        #expect(found.first?.position == CellPosition(line: 3, column: 1))
        #expect(found.last?.position == CellPosition(line: 1, column: 25))
    }
}
