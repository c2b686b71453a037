public import ApusJSON

/// What `config.json` tells beside a model: where it comes from, how it was trained, how good it is, and how to feed it.
///
/// Keys are those of the published models; a file of theirs may lack `model_config`, `training_config` and `feature_names`.
public struct ModelConfiguration: Sendable, Equatable {
    public struct Metadata: Sendable, Equatable {
        public var symbol: String
        public var timeframe: String
        /// T.
        public var sequenceLength: Int
        /// F.
        public var numFeatures: Int
        /// 0 for a model that predicts numbers, 2 for one that says yes or no.
        public var numClasses: Int

        public init(symbol: String, timeframe: String, sequenceLength: Int, numFeatures: Int, numClasses: Int) {
            self.symbol = symbol
            self.timeframe = timeframe
            self.sequenceLength = sequenceLength
            self.numFeatures = numFeatures
            self.numClasses = numClasses
        }
    }

    public struct TrainingMetadata: Sendable, Equatable {
        /// ISO 8601, such as `2026-11-21T03:00:00Z`.
        public var trainingDate: String
        public var trainingDurationSeconds: Double
        public var epochsTrained: Int

        public init(trainingDate: String, trainingDurationSeconds: Double, epochsTrained: Int) {
            self.trainingDate = trainingDate
            self.trainingDurationSeconds = trainingDurationSeconds
            self.epochsTrained = epochsTrained
        }
    }

    public struct Classification: Sendable, Equatable {
        public var accuracy: Double
        /// Macro one-vs-rest; nil (`null` in the file) when a class does not occur in the test set.
        public var aucROC: Double?

        public init(accuracy: Double, aucROC: Double?) {
            self.accuracy = accuracy
            self.aucROC = aucROC
        }
    }

    /// On the scale of the targets that were trained on (log1p of bars).
    public struct Regression: Sendable, Equatable {
        public var mse: Double
        public var mae: Double
        public var rmse: Double
        /// nil (`null` in the file) when the targets are all the same.
        public var r2: Double?

        public init(mse: Double, mae: Double, rmse: Double, r2: Double?) {
            self.mse = mse
            self.mae = mae
            self.rmse = rmse
            self.r2 = r2
        }
    }

    public var metadata: Metadata
    public var training: TrainingMetadata
    public var classification: Classification?
    public var regression: Regression?
    /// `model_config`: what the model is, in words of the recipe.
    public var modelConfig: JSONObject
    /// `training_config`: the options of the training.
    public var trainingConfig: JSONObject
    /// In the order of the model's inputs; empty when unknown.
    public var featureNames: [String]
    /// Other members of the file, kept as they are.
    public var additional: JSONObject

    public init(
        metadata: Metadata, training: TrainingMetadata, classification: Classification? = nil, regression: Regression? = nil,
        modelConfig: JSONObject = [:], trainingConfig: JSONObject = [:], featureNames: [String] = [], additional: JSONObject = [:]
    ) {
        self.metadata = metadata
        self.training = training
        self.classification = classification
        self.regression = regression
        self.modelConfig = modelConfig
        self.trainingConfig = trainingConfig
        self.featureNames = featureNames
        self.additional = additional
    }
}
