package import ApusJSON

extension KerasGraph {
    /// Reads a `model_config`, or a `config.json`: a Functional model as Keras 3 or Keras 2 writes it, or a Sequential one.
    package init(modelConfig: JSON) throws(ModelFileError) {
        guard let config = modelConfig["config"], let list = config["layers"]?.array else {
            throw .damagedModel("the model_config has no list of layers")
        }
        switch modelConfig["class_name"]?.string {
        case "Functional", "Model": try self.init(functional: config, layers: list)
        case "Sequential": try self.init(sequential: config, layers: list)
        case let name:
            throw ModelFileError(
                .unsupported, "the model is of class \(name ?? "(none)")", hint: "Apus reads Functional and Sequential models.")
        }
    }

    private init(functional config: JSON, layers list: [JSON]) throws(ModelFileError) {
        var layers: [KerasLayer] = []
        for json in list {
            let name = json["name"]?.string ?? json["config"]?["name"]?.string ?? ""
            layers.append(try KerasLayer(json: json, name: name, inbound: try Self.inbound(of: name, json["inbound_nodes"])))
        }
        self.init(name: config["name"]?.string ?? "model", layers: layers, outputs: try Self.outputs(config["output_layers"]))
        _ = try orderedLayers()
    }

    private init(sequential config: JSON, layers list: [JSON]) throws(ModelFileError) {
        var layers: [KerasLayer] = []
        if let first = list.first, first["class_name"]?.string != "InputLayer" {
            let shape = first["config"]?["batch_shape"] ?? first["config"]?["batch_input_shape"] ?? config["build_input_shape"]
            guard let shape, !shape.isNull else {
                throw ModelFileError(.unsupported, "the Sequential model does not tell its input's shape", hint: "Call build() before saving it.")
            }
            layers.append(KerasLayer("input_layer", .input(shape: try KerasLayer.shape(shape, layer: "input_layer")), inbound: nil))
        }
        for json in list {
            layers.append(try KerasLayer(json: json, name: json["config"]?["name"]?.string ?? "", inbound: layers.last?.name))
        }
        guard let last = layers.last else { throw .damagedModel("the model has no layers") }
        self.init(name: config["name"]?.string ?? "model", layers: layers, outputs: [last.name])
        _ = try orderedLayers()
    }

    /// The one layer that `inbound_nodes` names; nil when it is empty.
    private static func inbound(of layer: String, _ nodes: JSON?) throws(ModelFileError) -> String? {
        guard let nodes = nodes?.array else { throw .damagedModel("layer '\(layer)' has no inbound_nodes") }
        guard nodes.count <= 1 else {
            throw ModelFileError(
                .unsupported, "layer '\(layer)' is used \(nodes.count) times", hint: "Apus reads models in which every layer is used once.")
        }
        guard let node = nodes.first else { return nil }
        // Keras 3: {"args": [tensor], "kwargs": {...}}; Keras 2: [["name", 0, 0, {...}]].
        let tensors = node["args"]?.array ?? node.array ?? []
        guard tensors.count == 1, let tensor = tensors.first else {
            throw ModelFileError(.unsupported, "layer '\(layer)' has \(tensors.count) inputs", hint: "Apus reads layers of one input.")
        }
        let history = tensor["config"]?["keras_history"] ?? tensor
        guard let name = history[0]?.string, history[1]?.int == 0, history[2]?.int == 0 else {
            throw .damagedModel("layer '\(layer)': its input is \(tensor.text().prefix(80)), not the output of a layer")
        }
        for (key, value) in (node["kwargs"] ?? tensor[3])?.object ?? [:] where !value.isNull && value != .bool(false) {
            throw ModelFileError(
                .unsupported, "layer '\(layer)' is called with \(key) = \(value.text().prefix(60))", hint: "Call it with its input alone.")
        }
        return name
    }

    /// `["a", 0, 0]`, a list of such, or a dictionary of such, whose keys Keras sorts.
    private static func outputs(_ json: JSON?) throws(ModelFileError) -> [String] {
        let references: [JSON]
        switch json {
        case .array(let list)?: references = list.first?.string == nil ? list : [.array(list)]
        case .object(let object)?: references = object.sorted { $0.key < $1.key }.map(\.value)
        default: references = []
        }
        var names: [String] = []
        for reference in references {
            guard let name = reference[0]?.string, reference[1]?.int == 0, reference[2]?.int == 0 else {
                throw .damagedModel("the output \(reference.text().prefix(80)) is not the output of a layer")
            }
            names.append(name)
        }
        return names
    }
}

extension KerasLayer {
    /// Far beyond any real layer, and small enough that no shape computed from it overflows.
    private static let maximumUnits = 1 << 20

    fileprivate init(json: JSON, name: String, inbound: String?) throws(ModelFileError) {
        guard let className = json["class_name"]?.string, let config = json["config"]?.object else {
            throw .damagedModel("layer '\(name)' has no class_name or config")
        }
        var options = KerasOptions(layer: name, className: className, options: config)
        options.ignore("name")
        try options.requireFloat32()
        let kind: Kind
        switch className {
        case "InputLayer": kind = .input(shape: try Self.inputShape(&options))
        case "LSTM":
            let (units, returnSequences) = try Self.recurrent(&options)
            kind = .lstm(units: units, returnSequences: returnSequences)
        case "GRU":
            try options.require("reset_after", toBe: true)
            let (units, returnSequences) = try Self.recurrent(&options)
            kind = .gru(units: units, returnSequences: returnSequences)
        case "Dropout": kind = try Self.dropout(&options)
        case "Dense": kind = try Self.dense(&options)
        default:
            throw ModelFileError(
                .unsupported, "layer '\(name)' is of class \(className), which Apus does not compute",
                hint: "Apus reads InputLayer, LSTM, GRU, Dropout and Dense.")
        }
        try options.finish()
        self.init(name, kind, inbound: inbound)
    }

    private static func inputShape(_ options: inout KerasOptions) throws(ModelFileError) -> [Int?] {
        let json = options.take("batch_shape") ?? options.take("batch_input_shape")
        options.ignore("batch_input_shape", "trainable")
        try options.require("sparse", "ragged", "optional", toBe: false)
        return try shape(json ?? .null, layer: options.layer)
    }

    /// A shape of which the first dimension is the batch and any may be left open.
    fileprivate static func shape(_ json: JSON, layer: String) throws(ModelFileError) -> [Int?] {
        var shape: [Int?] = []
        for dimension in (json.array ?? []).dropFirst() {
            let size = dimension.int
            guard dimension.isNull || (size.map { (1...maximumUnits).contains($0) } ?? false) else {
                throw .damagedModel("layer '\(layer)' has the shape \(json.text().prefix(80))")
            }
            shape.append(size)
        }
        guard (1...2).contains(shape.count) else {
            throw ModelFileError(
                .unsupported, "layer '\(layer)' has the shape \(json.text().prefix(80))",
                hint: "Apus takes (batch, steps, features) or (batch, features).")
        }
        return shape
    }

    private static func recurrent(_ options: inout KerasOptions) throws(ModelFileError) -> (units: Int, returnSequences: Bool) {
        let units = try options.integer("units", in: 1...maximumUnits)
        let returnSequences = try options.bool("return_sequences", default: false)
        try options.require("activation", toBe: "tanh", functionConfig("tanh"))
        try options.require("recurrent_activation", toBe: "sigmoid", functionConfig("sigmoid"))
        try options.require("use_bias", "trainable", toBe: true)
        try options.require("return_state", "go_backwards", "stateful", "time_major", "zero_output_for_mask", toBe: false)
        try options.require("dropout", "recurrent_dropout", toBe: 0.0)
        try options.requireUnregularised("kernel", "recurrent", "bias")
        // How the initial weights were drawn, and how the steps are computed.
        options.ignore("kernel_initializer", "recurrent_initializer", "bias_initializer", "unit_forget_bias", "seed", "unroll", "implementation")
        options.ignore("use_cudnn", "batch_input_shape", "batch_shape")
        return (units, returnSequences)
    }

    private static func dropout(_ options: inout KerasOptions) throws(ModelFileError) -> Kind {
        let rate = try options.rate("rate")
        options.ignore("seed", "trainable", "batch_input_shape", "batch_shape")
        try options.require("noise_shape", toBe: .null)
        return .dropout(rate: rate)
    }

    private static func dense(_ options: inout KerasOptions) throws(ModelFileError) -> Kind {
        let units = try options.integer("units", in: 1...maximumUnits)
        let activation = try options.activation(default: .linear)
        try options.require("use_bias", "trainable", toBe: true)
        try options.require("lora_rank", "quantization_config", toBe: .null)
        try options.requireUnregularised("kernel", "bias")
        options.ignore("kernel_initializer", "bias_initializer", "batch_input_shape", "batch_shape")
        return .dense(units: units, activation: activation)
    }

    private static func functionConfig(_ name: String) -> JSON {
        ["class_name": "function", "config": .string(name), "registered_name": .string(name)]
    }
}

extension KerasOptions {
    /// Regularisers and constraints change training, so a model that has them is not the same model without them.
    fileprivate mutating func requireUnregularised(_ weights: String...) throws(ModelFileError) {
        for weight in weights {
            try require("\(weight)_regularizer", "\(weight)_constraint", toBe: .null)
        }
        try require("activity_regularizer", toBe: .null)
    }
}
