import ApusData
import ApusJSON
import ApusModelFiles
import ApusSession
import ApusSystem

/// The three files of a trained model: `model.h5`, `scaler.pkl`, `config.json`.
struct PublishedModel {
    let training: FinishedTraining
    let data: TrainingData
    let evaluation: Evaluation
    let symbol: String

    /// Writes the files into a folder and returns their names.
    func write(to folder: String) throws -> [String] {
        try KerasModelFile.write(training.model, to: "\(folder)/model.h5", learningRate: Double(training.options.optimizer.learningRate))
        // The scaler belongs to the features, so its bytes stay as they are.
        try FileCopy.copy(data.features.location(of: .scaler), to: "\(folder)/scaler.pkl")
        try configuration.write(to: "\(folder)/config.json")
        return ["model.h5", "scaler.pkl", "config.json"]
    }

    private var configuration: ModelConfiguration {
        ModelConfiguration(
            metadata: .init(
                symbol: symbol, timeframe: data.features.timeframe, sequenceLength: data.steps, numFeatures: data.featureCount,
                numClasses: data.sequences.classNames.count),
            training: .init(
                trainingDate: UTCTime.now.iso, trainingDurationSeconds: training.seconds, epochsTrained: training.history.epochs.count),
            classification: evaluation.direction.map { .init(accuracy: $0.confusion.accuracy, aucROC: $0.auc.macro) },
            regression: evaluation.bars.map {
                .init(mse: $0.log.meanSquaredError, mae: $0.log.meanAbsoluteError, rmse: $0.log.rootMeanSquaredError, r2: $0.log.r2)
            },
            modelConfig: ModelConfiguration.modelConfig(of: training.model), trainingConfig: trainingConfig,
            featureNames: data.scaler.featureNames ?? [])
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
        for (head, weights) in options.classWeights.sorted(by: { $0.key < $1.key }) {
            config["\(head)_class_weights"] = .array(weights.map { .double(decimal($0)) })
        }
        return config
    }

    /// A Float32 with its own shortest digits: 0.001, not 0.0010000000474974513.
    private func decimal(_ value: Float) -> Double { Double(value.description) ?? Double(value) }
}
