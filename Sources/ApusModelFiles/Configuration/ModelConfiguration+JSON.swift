public import ApusJSON

extension ModelConfiguration {
    /// Larger than any configuration, small enough to read whole.
    private static let maximumFileSize = 16 << 20

    /// Reads and checks a `config.json`.
    public init(reading path: String) throws(ModelFileError) {
        let bytes = try FileBytes.read(path, limit: Self.maximumFileSize)
        self = try namingFile(path) { () throws(ModelFileError) in
            do { return try ModelConfiguration(json: try JSON(parsing: bytes)) } catch let error as JSONError {
                throw .damagedConfiguration(error.description)
            } catch let error as ModelFileError {
                throw error
            } catch { throw .damagedConfiguration("\(error)") }
        }
    }

    /// Writes the file, replacing one that is there only once the new one is complete. What could not be read back is not written.
    public func write(to path: String) throws(ModelFileError) {
        let text = json.text(.indented(2)) + "\n"
        try namingFile(path) { () throws(ModelFileError) in
            guard try ModelConfiguration(json: json) == self else {
                throw .damagedConfiguration("it would not read back as it is, for a NaN or a member of 'additional' that is named like another")
            }
        }
        try FileBytes.replace(path, with: Array(text.utf8))
    }

    public var json: JSON {
        var performance: JSONObject = [:]
        if let classification {
            performance["classification"] = ["accuracy": .double(classification.accuracy), "auc_roc": Self.number(classification.aucROC)]
        }
        if let regression {
            performance["regression"] = [
                "mse": .double(regression.mse), "mae": .double(regression.mae), "rmse": .double(regression.rmse), "r2": Self.number(regression.r2),
            ]
        }
        var object: JSONObject = [
            "metadata": [
                "symbol": .string(metadata.symbol), "timeframe": .string(metadata.timeframe), "sequence_length": .int(metadata.sequenceLength),
                "num_features": .int(metadata.numFeatures), "num_classes": .int(metadata.numClasses),
            ],
            "training_metadata": [
                "training_date": .string(training.trainingDate), "training_duration_seconds": .double(training.trainingDurationSeconds),
                "epochs_trained": .int(training.epochsTrained),
            ],
            "performance_metrics": .object(performance),
            "model_config": .object(modelConfig),
            "training_config": .object(trainingConfig),
            "feature_names": .array(featureNames.map(JSON.string)),
        ]
        for (key, value) in additional where object[key] == nil { object[key] = value }
        return .object(object)
    }

    public init(json: JSON) throws(ModelFileError) {
        guard let root = json.object else { throw .damagedConfiguration("it is not an object") }
        let metadata = try Fields(root, "metadata")
        let training = try Fields(root, "training_metadata")
        self.init(
            metadata: Metadata(
                symbol: try metadata.text("symbol"), timeframe: try metadata.text("timeframe"),
                sequenceLength: try metadata.integer("sequence_length", from: 1), numFeatures: try metadata.integer("num_features", from: 1),
                numClasses: try metadata.integer("num_classes", from: 0)),
            training: TrainingMetadata(
                trainingDate: try training.text("training_date"),
                trainingDurationSeconds: try training.number("training_duration_seconds", in: 0...Double.greatestFiniteMagnitude),
                epochsTrained: try training.integer("epochs_trained", from: 0)),
            modelConfig: root["model_config"]?.object ?? [:], trainingConfig: root["training_config"]?.object ?? [:],
            featureNames: try Self.featureNames(root["feature_names"], count: try metadata.integer("num_features", from: 1)))
        let performance = try Fields(root, "performance_metrics")
        if let fields = try performance.fields("classification") {
            classification = Classification(
                accuracy: try fields.number("accuracy", in: 0...1), aucROC: try fields.numberOrNull("auc_roc", in: 0...1))
        }
        if let fields = try performance.fields("regression") {
            let positive = 0...Double.greatestFiniteMagnitude
            regression = Regression(
                mse: try fields.number("mse", in: positive), mae: try fields.number("mae", in: positive),
                rmse: try fields.number("rmse", in: positive), r2: try fields.numberOrNull("r2", in: -Double.greatestFiniteMagnitude...1))
        }
        let known: Set = ["metadata", "training_metadata", "performance_metrics", "model_config", "training_config", "feature_names"]
        additional = JSONObject(root.filter { !known.contains($0.key) }.map { ($0.key, $0.value) })
    }

    private static func number(_ value: Double?) -> JSON { value.map(JSON.double) ?? .null }

    private static func featureNames(_ json: JSON?, count: Int) throws(ModelFileError) -> [String] {
        guard let json, !json.isNull else { return [] }
        let names = json.array?.compactMap(\.string) ?? []
        guard names.count == json.array?.count, names.isEmpty || (names.count == count && Set(names).count == count) else {
            throw .damagedConfiguration("feature_names is not a list of \(count) different names, as many as metadata.num_features")
        }
        return names
    }
}

/// The members of one object of the file, named in errors by their whole path.
private struct Fields {
    let object: JSONObject
    let path: String

    init(_ root: JSONObject, _ key: String) throws(ModelFileError) {
        guard let object = root[key]?.object else { throw .damagedConfiguration("\(key) is missing or not an object") }
        self.object = object
        path = key
    }

    private init(object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    func fields(_ key: String) throws(ModelFileError) -> Fields? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let inner = value.object else { throw invalid(key, "an object") }
        return Fields(object: inner, path: "\(path).\(key)")
    }

    func text(_ key: String) throws(ModelFileError) -> String {
        guard let text = object[key]?.string else { throw invalid(key, "a text") }
        return text
    }

    func integer(_ key: String, from minimum: Int) throws(ModelFileError) -> Int {
        guard let number = object[key]?.int, number >= minimum else { throw invalid(key, "a whole number of at least \(minimum)") }
        return number
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws(ModelFileError) -> Double {
        guard let number = object[key]?.double, range.contains(number) else { throw invalid(key, Self.text(range)) }
        return number
    }

    func numberOrNull(_ key: String, in range: ClosedRange<Double>) throws(ModelFileError) -> Double? {
        object[key].map(\.isNull) ?? true ? nil : try number(key, in: range)
    }

    private func invalid(_ key: String, _ need: String) -> ModelFileError {
        .damagedConfiguration("\(path).\(key) is \(object[key].map { String($0.text().prefix(60)) } ?? "missing"), not \(need)")
    }

    private static func text(_ range: ClosedRange<Double>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (0, 1): "a number from 0 to 1"
        case (0, _): "a number of at least 0"
        default: "a number of at most 1"
        }
    }
}

extension ModelFileError {
    fileprivate static func damagedConfiguration(_ message: String) -> ModelFileError {
        ModelFileError(.damaged, "the configuration is not valid: \(message)", hint: "Compare it with the config.json of a published model.")
    }
}
