import ApusJSON

/// How a model was trained, in the words of Keras's `compile`: with it, `load_model` returns a compiled model.
public struct KerasTraining: Sendable, Equatable {
    public struct Output: Sendable, Equatable {
        /// The output layer.
        public let layer: String
        /// The long name of the loss, such as `mean_squared_error`: Keras 3.15 cannot load `mse` from a file.
        public let loss: String
        public let lossWeight: Double
        public let metrics: [String]

        public init(layer: String, loss: String, lossWeight: Double, metrics: [String] = []) {
            self.layer = layer
            self.loss = loss
            self.lossWeight = lossWeight
            self.metrics = metrics
        }
    }

    public var outputs: [Output]
    /// Of Adam, with Keras's defaults for all else.
    public var learningRate: Double

    public init(outputs: [Output], learningRate: Double = 1e-3) {
        self.outputs = outputs
        self.learningRate = learningRate
    }
}

extension KerasTraining {
    /// The `training_config` attribute of a `.h5` file.
    var json: JSON {
        var config = losses
        config["optimizer_config"] = .object(adam)
        return .object(config)
    }

    /// The `compile_config` in the `config.json` of a `.keras` file.
    var compileConfig: JSON {
        var config = losses
        var optimizer = adam
        optimizer["module"] = "keras.optimizers"
        optimizer["registered_name"] = .null
        config["optimizer"] = .object(optimizer)
        return .object(config)
    }

    private var losses: JSONObject {
        [
            "loss": .object(JSONObject(outputs.map { ($0.layer, .string($0.loss)) })),
            "loss_weights": .object(JSONObject(outputs.map { ($0.layer, .double($0.lossWeight)) })),
            "metrics": .object(JSONObject(outputs.map { ($0.layer, .array($0.metrics.map(JSON.string))) })),
            "weighted_metrics": nil,
            "run_eagerly": false, "steps_per_execution": 1,
        ]
    }

    private var adam: JSONObject {
        [
            "class_name": "Adam",
            "config": [
                "name": "adam", "learning_rate": .double(learningRate), "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": false,
            ],
        ]
    }

    /// Reads a `training_config` or a `compile_config` as far as Apus has use for it; nil when the losses are not plain names, as with a custom loss.
    ///
    /// Weights of losses default to 1, as in Keras.
    init?(json: JSON, outputs names: [String]) {
        var outputs: [Output] = []
        for (index, name) in names.enumerated() {
            guard let loss = Self.value(json["loss"], name, index, of: names.count).flatMap(Self.lossName) else { return nil }
            let weight = Self.value(json["loss_weights"], name, index, of: names.count)?.double ?? 1
            guard weight.isFinite, weight >= 0 else { return nil }
            outputs.append(Output(layer: name, loss: loss, lossWeight: weight))
        }
        let rate = (json["optimizer_config"] ?? json["optimizer"])?["config"]?["learning_rate"]?.double ?? 1e-3
        self.init(outputs: outputs, learningRate: rate.isFinite && rate > 0 ? rate : 1e-3)
    }

    /// What `compile` was given for one output: one value for all, a list in the order of the outputs, or a dictionary by name.
    private static func value(_ json: JSON?, _ name: String, _ index: Int, of count: Int) -> JSON? {
        switch json {
        case .array?: json?[index]
        case .object(let object)? where object["class_name"] == nil: object[name]
        case let single?: count == 1 || single.string != nil ? single : nil
        case nil: nil
        }
    }

    /// A name, or the name in a serialised loss: `{"class_name": "CategoricalCrossentropy", ...}`.
    private static func lossName(_ json: JSON) -> String? {
        let name = json.string ?? json["class_name"]?.string
        return switch name {
        case "mse", "MSE", "MeanSquaredError": "mean_squared_error"
        case "CategoricalCrossentropy": "categorical_crossentropy"
        default: name
        }
    }
}
