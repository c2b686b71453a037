import ApusJSON

extension KerasGraph {
    /// The `model_config` of a Functional model, with layers in Keras's own order.
    ///
    /// - Parameter naming: whether every object tells its module too, as `.keras` files need it and `.h5` files do not.
    func modelConfig(namingModules naming: Bool = false) throws(ModelFileError) -> JSON {
        let shapes = try outputShapes()
        let ordered = try orderedLayers()
        var config: JSONObject = [
            "class_name": "Functional",
            "config": [
                "name": .string(name), "trainable": true,
                "layers": .array(ordered.map { $0.config(inputShape: $0.inbound.flatMap { shapes[$0] }, namingModules: naming) }),
                "input_layers": .array(ordered.filter { $0.inbound == nil }.map { Self.reference(to: $0.name) }),
                "output_layers": .array(outputs.map(Self.reference)),
            ],
        ]
        if naming {
            config["module"] = "keras.src.models.functional"
            config["registered_name"] = "Functional"
        }
        return .object(config)
    }

    fileprivate static func reference(to layer: String) -> JSON { [.string(layer), 0, 0] }
}

extension KerasLayer {
    /// `inputShape` without the batch dimension; nil for the input layer.
    fileprivate func config(inputShape: [Int?]?, namingModules naming: Bool) -> JSON {
        var config: JSONObject = ["name": .string(name), "dtype": "float32"]
        switch kind {
        case .input(let shape):
            config["batch_shape"] = Self.batchShape(shape)
            config["sparse"] = false
            config["ragged"] = false
        case .lstm(let units, let returnSequences), .gru(let units, let returnSequences):
            config["trainable"] = true
            config["units"] = .int(units)
            config["activation"] = "tanh"
            config["recurrent_activation"] = "sigmoid"
            config["use_bias"] = true
            if case .lstm = kind { config["unit_forget_bias"] = true } else { config["reset_after"] = true }
            config["dropout"] = 0.0
            config["recurrent_dropout"] = 0.0
            config["return_sequences"] = .bool(returnSequences)
            for option in ["return_state", "go_backwards", "stateful", "unroll"] { config[option] = false }
        case .dropout(let rate):
            config["trainable"] = true
            config["rate"] = .double(rate)
            config["seed"] = .null
            config["noise_shape"] = .null
        case .dense(let units, let activation):
            config["trainable"] = true
            config["units"] = .int(units)
            config["activation"] = .string(activation.rawValue)
            config["use_bias"] = true
        }
        var layer: JSONObject = [
            "class_name": .string(className), "config": .object(config), "name": .string(name),
            "inbound_nodes": .array(inbound.map { [Self.node($0, shape: inputShape ?? [])] } ?? []),
        ]
        if naming {
            layer["module"] = "keras.layers"
            layer["registered_name"] = .null
        }
        return .object(layer)
    }

    /// A call of the layer with the output of `inbound`.
    private static func node(_ inbound: String, shape: [Int?]) -> JSON {
        let tensor: JSON = [
            "class_name": "__keras_tensor__",
            "config": ["shape": batchShape(shape), "dtype": "float32", "keras_history": KerasGraph.reference(to: inbound)],
        ]
        return ["args": [tensor], "kwargs": [:]]
    }

    private static func batchShape(_ shape: [Int?]) -> JSON { .array([.null] + shape.map { $0.map(JSON.int) ?? .null }) }
}
