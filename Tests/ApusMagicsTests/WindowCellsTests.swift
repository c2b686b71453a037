import ApusData
import ApusSession
import FoundationEssentials
import Testing

/// The story from candles: windows, a model, predictions.
@Suite struct WindowCellsTests {
    private static let download = "%%download --repo simulated/candles --path BTCUSDT --timeframe 4h --candles btc.csv --simulate"

    private static let regressor = """
        %%build --seed 3
        LSTM(8)
        Head("return", loss: .meanSquaredError) {
            Dense(1)
        }
        """

    private static let classifier = """
        %%build --seed 3
        Dense(16)
        PositionalEncoding()
        TransformerEncoder(heads: 2, hidden: 32)
        GlobalAveragePooling()
        Head("signal", loss: .binaryCrossEntropy) {
            Dense(1, activation: .sigmoid)
        }
        """

    private func notebook(bars: Int = 1200) async throws -> TestNotebook {
        let notebook = try TestNotebook()
        for cell in ["%%auth --hub file:hub", "\(Self.download) \(bars)"] {
            let record = await notebook.run(cell)
            #expect(record.error == nil, "\(record.text)")
        }
        return notebook
    }

    @Test func `a regression goes from candles to predictions by a published model`() async throws {
        let notebook = try await notebook()
        var records = [await notebook.run("%%preprocess --columns \(Self.columns) --window 12")]
        records.append(await notebook.run(Self.regressor))
        records.append(await notebook.run("%%train --epochs 2 --clip-norm 1 --schedule cosine --warmup-epochs 1 --checkpoints none"))
        let evaluate = await notebook.run("%%evaluate")
        let predict = await notebook.run("%%predict --out a.csv")
        let upload = await notebook.run("%%upload --repo apus/models --path BTCUSDT/4h --formats keras,safetensors --create")
        let again = await notebook.run("%%predict --repo apus/models --path BTCUSDT/4h --out b.csv")
        for record in records + [evaluate, predict, upload, again] { #expect(record.error == nil, "\(record.text)") }
        for word in ["RMSE", "directional accuracy", "always 0", "always the training mean"] { #expect(evaluate.text.contains(word)) }
        #expect(predict.text.contains("Latest candle") && predict.pictures.count == 1)
        // The saved model says what the trained one says.
        #expect(try read("\(notebook.folder)/a.csv") == read("\(notebook.folder)/b.csv"))
        let who = await notebook.run("%who")
        #expect(who.text.contains("candles") && who.text.contains("predictions") && !who.text.contains("features"))
    }

    private static let columns = "return_lag_1,return_lag_2,rsi_14,macd,bb_percent,volume_ratio_20"

    @Test func `a yes or no is judged beside its baselines, with a threshold from the validation rows`() async throws {
        let notebook = try await notebook()
        let preprocess = await notebook.run("%%preprocess --columns \(Self.columns) --window 16 --target signal --horizon 2 --sample 0.9")
        #expect(preprocess.error == nil && preprocess.text.contains("Left out"), "\(preprocess.text)")
        #expect(await notebook.run(Self.classifier).error == nil)
        let train = await notebook.run(
            "%%train --epochs 2 --optimizer adamw --weight-decay 0.05 --positive-weight balanced --keep-best val_f1 --checkpoints none")
        #expect(train.error == nil && train.text.contains("f1"), "\(train.text)")
        let evaluate = await notebook.run("%%evaluate")
        for word in ["precision", "average precision", "Brier", "base rate", "majority", "best threshold on the validation rows"] {
            #expect(evaluate.text.contains(word), "\(word): \(evaluate.text)")
        }
        let upload = await notebook.run("%%upload --repo apus/models --path BTCUSDT/4h --create")
        #expect(upload.error == nil && upload.text.contains("best_model.pth") && upload.text.contains("model.safetensors"), "\(upload.text)")
        let predict = await notebook.run("%%predict --repo apus/models --path BTCUSDT/4h --last 3")
        #expect(predict.error == nil && predict.text.contains("probability"), "\(predict.text)")
    }

    @Test func `what was downloaded last is what is preprocessed`() async throws {
        let notebook = try await notebook()
        let error = try #require(await notebook.run("%%preprocess").error)
        #expect(error.name == "NoColumns" && error.report.joined().contains("--columns regressor"))
        _ = await notebook.run("%%download --repo simulated/demo --path BTCUSDT/15m --timeframe 15m --simulate 900")
        #expect(await notebook.run("%%preprocess").error == nil)
        let missing = try #require(await notebook.run("%%preprocess --columns rsi_14").error)
        #expect(missing.name == "MissingValue" && missing.report.joined().contains("candles"))
    }

    @Test func `columns, also those of a list, and metrics are completed`() async throws {
        let session = try TestNotebook().session
        func texts(_ code: String) async -> [String] { await session.complete(code, cursor: code.count).items.map(\.text) }
        #expect(await texts("%%preprocess --columns reg") == ["regressor"])
        #expect(await texts("%%preprocess --columns regressor,rs").allSatisfy { $0.hasPrefix("regressor,rsi") })
        #expect(await texts("%%train --monitor val_f") == ["val_f1"])
        #expect(await texts("%%walk-forward --keep-best val_pre") == ["val_precision"])
    }

    @Test(arguments: [
        ("%%preprocess --columns rsi_14 --window 600", "training part has 549 rows"), ("%%preprocess --columns rsi_14,rsj_14", "rsi"),
        ("%%preprocess --columns regressor,-nothing", "-nothing"), ("%%preprocess --window 12", "--columns"),
        ("%%preprocess --columns rsi_14 --horizon 0", "horizon"), ("%%preprocess --columns rsi_14 --threshold 1", "--target signal"),
        ("%%preprocess --columns rsi_14 --target barrier --threshold 0", "barriers"),
        ("%%preprocess --columns rsi_14 --sample 0.02", "candles"), ("%%preprocess --columns rsi_14 --candles none.csv", "none.csv"),
    ])
    func `a mistake in windows is told with the numbers`(cell: String, words: String) async throws {
        let error = try #require(await notebook(bars: 800).run(cell).error)
        #expect(error.report.joined(separator: "\n").contains(words), "\(error.report.joined(separator: "\n"))")
    }

    @Test func `a constant column is refused by name`() async throws {
        let notebook = try await notebook()
        var candles = try CandleSeries(csvPath: csv(in: notebook))
        candles.volumes = candles.volumes.map { _ in 5 }
        try candles.saveCSV(to: "\(notebook.folder)/flat.csv")
        let error = try #require(await notebook.run("%%preprocess --candles flat.csv --columns rsi_14,volume").error)
        #expect(error.report.joined().contains("column 'volume' is constant"), "\(error.report)")
    }

    @Test func `missing prices stop with their place, and gaps are reported`() async throws {
        let notebook = try await notebook()
        let candles = try CandleSeries(csvPath: csv(in: notebook))
        var broken = candles
        broken.closes[700] = .nan
        try broken.saveCSV(to: "\(notebook.folder)/nan.csv")
        let error = try #require(await notebook.run("%%preprocess --candles nan.csv --columns rsi_14").error)
        #expect(error.report.joined().contains("candle 700"), "\(error.report)")
        var text = ""
        candles.writeCSV { text += $0 }
        let lines = text.split(separator: "\n")
        let file = "\(notebook.folder)/gap.csv"
        let gap = (lines[..<500] + lines[503...]).joined(separator: "\n") + "\n"
        try gap.write(toFile: file, atomically: false, encoding: .utf8)
        let record = await notebook.run("%%preprocess --candles gap.csv --columns rsi_14")
        #expect(record.error == nil && record.text.contains("gaps (3 candles missing)"), "\(record.text)")
    }

    private func csv(in notebook: TestNotebook) throws -> String {
        let cache = notebook.folder + "/hf"
        let name = try #require(try FileManager.default.subpathsOfDirectory(atPath: cache).first { $0.hasSuffix("btc.csv") })
        return "\(cache)/\(name)"
    }

    private func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
