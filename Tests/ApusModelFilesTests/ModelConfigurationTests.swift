import ApusJSON
import ApusModelFiles
import TestSupport
import Testing

@Suite struct `config.json` {
    static let sample = ModelConfiguration(
        metadata: .init(symbol: "BTCUSDT", timeframe: "15m", sequenceLength: 30, numFeatures: 2, numClasses: 4),
        training: .init(trainingDate: "2026-11-21T03:00:00Z", trainingDurationSeconds: 12.5, epochsTrained: 30),
        classification: .init(accuracy: 0.625, aucROC: 0.75), regression: .init(mse: 0.5, mae: 0.25, rmse: 0.7071, r2: -0.5),
        modelConfig: ["recipe": "multi-task-lstm"], trainingConfig: ["batch_size": 32], featureNames: ["rsi_14", "returns"],
        additional: ["data_statistics": ["rows": 100]])

    @Test func `it is written with the keys of the published models and read back equal`() throws {
        let folder = try TemporaryFolder()
        try Self.sample.write(to: folder.file("config.json"))
        #expect(try ModelConfiguration(reading: folder.file("config.json")) == Self.sample)
        #expect(folder.names == ["config.json"])
        let json = Self.sample.json
        #expect(json["metadata"]?["sequence_length"] == 30)
        #expect(json["training_metadata"]?["training_duration_seconds"] == 12.5)
        #expect(json["performance_metrics"]?["classification"]?["auc_roc"] == 0.75)
        #expect(json["performance_metrics"]?["regression"]?["rmse"] == 0.7071)
        #expect(json["feature_names"] == ["rsi_14", "returns"])
        #expect(try ModelFileKind.detect(folder.file("config.json")) == .json)
    }

    @Test func `what is undefined is null`() throws {
        var configuration = Self.sample
        configuration.classification?.aucROC = nil
        configuration.regression?.r2 = nil
        #expect(configuration.json["performance_metrics"]?["classification"]?["auc_roc"] == .null)
        #expect(try ModelConfiguration(json: configuration.json) == configuration)
    }

    @Test func `a published file without the later members is read`() throws {
        let json = try JSON(
            parsing: """
                {"metadata": {"symbol": "BTCUSDT", "timeframe": "1h", "sequence_length": 30, "num_features": 13, "num_classes": 4},
                 "training_metadata": {"training_date": "2025-12-24 10:00:00", "training_duration_seconds": 845, "epochs_trained": 42},
                 "performance_metrics": {"classification": {"accuracy": 0.61, "auc_roc": 0.82},
                                         "regression": {"mse": 0.81, "mae": 0.7, "rmse": 0.9, "r2": 0.31}}}
                """)
        let configuration = try ModelConfiguration(json: json)
        #expect(configuration.featureNames.isEmpty && configuration.training.trainingDurationSeconds == 845)
    }

    @Test(
        arguments: [
            ("metadata", "sequence_length", JSON.int(0), "metadata.sequence_length"), ("metadata", "num_features", "13", "metadata.num_features"),
            ("metadata", "num_features", 3, "feature_names"), ("metadata", "symbol", nil, "metadata.symbol"),
            ("training_metadata", "epochs_trained", -1, "training_metadata.epochs_trained"),
            ("training_metadata", "training_duration_seconds", nil, "training_metadata.training_duration_seconds"),
            ("performance_metrics", "classification", 5, "performance_metrics.classification"),
            ("performance_metrics", "classification", ["accuracy": 1.5], "performance_metrics.classification.accuracy"),
            ("performance_metrics", "regression", ["mse": 1, "mae": nil, "rmse": 1, "r2": 0], "performance_metrics.regression.mae"),
        ] as [(String, String, JSON, String)])
    func `a wrong member is named with its value`(section: String, key: String, value: JSON, path: String) throws {
        guard case .object(var root) = Self.sample.json, case .object(var object) = root[section] else { return }
        object[key] = value
        root[section] = .object(object)
        let error = #expect(throws: ModelFileError.self) { try ModelConfiguration(json: .object(root)) }
        #expect(error?.code == .damaged && error?.message.contains(path) == true, "\(error as Any)")
    }

    @Test func `what could not be read back is not written`() throws {
        let folder = try TemporaryFolder()
        var configuration = Self.sample
        configuration.regression?.mse = .nan
        #expect(throws: ModelFileError.self) { try configuration.write(to: folder.file("config.json")) }
        #expect(folder.names == [])
    }

    @Test func `a cut file says where it ends`() throws {
        let folder = try TemporaryFolder()
        let text = Array(Self.sample.json.text(.indented(2)).utf8)
        for length in stride(from: 0, to: text.count, by: 17) {
            let path = try folder.write(Array(text[..<length]), to: "config.json")
            let error = #expect(throws: ModelFileError.self) { try ModelConfiguration(reading: path) }
            #expect(error?.path == path && error?.message.contains("byte \(length)") == true, "\(error as Any)")
        }
    }
}
