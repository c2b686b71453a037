import ApusData
import ApusJSON
import ApusModelFiles
import ApusNN
import ApusSession
import ApusSystem

/// The files of a trained model: the model in one format or more, such as `model.h5`, and `scaler.pkl` and `config.json`.
struct PublishedModel {
    let training: FinishedTraining
    let data: any TrainingData
    let evaluation: Evaluation
    let symbol: String
    let formats: [ModelFormat]
    let scalerFormat: ScalerFormat

    /// Writes the files into a folder and returns their names.
    func write(to folder: String) throws -> [String] {
        for format in formats { try write(format, to: "\(folder)/\(format.fileName)") }
        try data.writeScaler(scalerFormat, to: "\(folder)/\(SavedModel.scalerFile)")
        try configuration.write(to: "\(folder)/\(SavedModel.configurationFile)")
        return formats.map(\.fileName) + [SavedModel.scalerFile, SavedModel.configurationFile]
    }

    private func write(_ format: ModelFormat, to path: String) throws {
        let model = training.model
        switch format {
        case .keras: try KerasModelFile.write(model, to: path, learningRate: Double(training.options.optimizer.learningRate))
        case .pytorch: try torchFile(model).write(to: path)
        case .safetensors: try SafetensorsFile.write(model, to: path)
        case .onnx: try ONNXFile.write(model, to: path)
        }
    }

    private var configuration: ModelConfiguration {
        ModelConfiguration(
            metadata: .init(
                symbol: symbol, timeframe: data.origin.timeframe, sequenceLength: data.inputShape[0], numFeatures: data.inputShape[1],
                numClasses: evaluation.binary == nil ? data.classNames.count : 2),
            training: .init(
                trainingDate: UTCTime.now.iso, trainingDurationSeconds: training.seconds, epochsTrained: training.history.epochs.count),
            classification: evaluation.classes.map { .init(accuracy: $0.confusion.accuracy, aucROC: $0.auc.macro) },
            regression: evaluation.number.map {
                .init(
                    mse: $0.learned.meanSquaredError, mae: $0.learned.meanAbsoluteError, rmse: $0.learned.rootMeanSquaredError, r2: $0.learned.r2)
            },
            modelConfig: ModelConfiguration.modelConfig(of: training.model), trainingConfig: trainingConfig,
            featureNames: data.featureNames, additional: additional)
    }

    /// A checkpoint under the names of the PyTorch modules that the recipes come from; of other layers the state alone.
    private func torchFile(_ model: Model) throws(ModelFileError) -> TorchFile {
        guard !data.featureNames.isEmpty else { return try TorchFile(model) }
        do throws(ModelFileError) {
            return try TorchCheckpoint(model, featureColumns: data.featureNames).file
        } catch {
            guard error.code == .unwritable else { throw error }
            return try TorchFile(model)
        }
    }

    /// How candles become inputs, and what the binary answer is worth.
    private var additional: JSONObject {
        var members: JSONObject = [:]
        if let data = data as? WindowData { members[WindowSettings.member] = WindowSettings(data, evaluation: evaluation).json }
        if let binary = evaluation.binary { members["binary_metrics"] = binary.json }
        return members
    }

    private var trainingConfig: JSONObject {
        let options = training.options
        var config: JSONObject = [
            "epochs": .int(options.epochs), "batch_size": .int(options.batchSize), "learning_rate": .double(decimal(options.optimizer.learningRate)),
            "optimizer": .string(options.optimizer.settings), "callbacks": .array(options.callbacks.map { .string($0.settings) }),
            "seed": .string(String(options.seed)), "best_epoch": training.result.bestEpoch.map { .int($0 + 1) } ?? .null,
            "train_rows": .int(data.split.training.count), "validation_rows": .int(data.split.validation.count),
            "test_rows": .int(data.split.test.count),
        ]
        if let schedule = options.learningRateSchedule { config["learning_rate_schedule"] = .string(schedule.settings) }
        if let clipping = options.gradientClipping { config["gradient_clipping"] = .string(clipping.settings) }
        for (head, weight) in options.positiveWeights.sorted(by: { $0.key < $1.key }) {
            config["\(head)_positive_weight"] = .double(decimal(weight))
        }
        for (head, weights) in options.classWeights.sorted(by: { $0.key < $1.key }) {
            config["\(head)_class_weights"] = .array(weights.map { .double(decimal($0)) })
        }
        return config
    }

    /// A Float32 with its own shortest digits: 0.001, not 0.0010000000474974513.
    private func decimal(_ value: Float) -> Double { Double(value.description) ?? Double(value) }
}
