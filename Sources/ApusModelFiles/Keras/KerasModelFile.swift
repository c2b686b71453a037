import ApusJSON

/// A Keras model file in the `.h5` format (`model.save("model.h5")`): graph, weights, and how it was trained.
///
/// Written as Keras 3.15.1 does, so that `keras.models.load_model` gives a model with the same outputs. The layout is that of
/// keras/src/legacy/saving/legacy_h5_format.py.
public struct KerasModelFile: Sendable, Equatable {
    public var graph: KerasGraph
    /// By layer name; each layer's weights in Keras's order, such as kernel, recurrent kernel, bias.
    public var weights: [String: [WeightArray]]
    public var training: KerasTraining?

    /// Checks that every layer has the weights that its place in the graph asks for.
    public init(graph: KerasGraph, weights: [String: [WeightArray]], training: KerasTraining? = nil) throws(ModelFileError) {
        for (layer, expected) in try graph.weightShapes() {
            let found = weights[layer] ?? []
            guard found.map(\.shape) == expected.map(\.shape) else {
                let wanted = expected.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
                let given = found.map { "\($0.shape)" }.joined(separator: ", ")
                throw .damagedModel("layer '\(layer)' needs the weights \(wanted), and has \(given.isEmpty ? "none" : given)")
            }
        }
        self.graph = graph
        self.weights = weights
        self.training = training
    }

    /// Number of trained values.
    public var parameterCount: Int { weights.values.joined().reduce(0) { $0 + $1.values.count } }
}

extension KerasModelFile {
    static let kerasVersion = "3.15.1"

    /// Writes the file, replacing one that is there only once the new one is complete.
    public func write(to path: String) throws(ModelFileError) {
        try HDF5File.write(try namingFile(path) { () throws(ModelFileError) in try tree() }, to: path)
    }

    func tree() throws(ModelFileError) -> HDF5Group {
        let ordered = try graph.orderedLayers()
        let names = Dictionary(uniqueKeysWithValues: try graph.weightShapes().map { ($0.layer, $0.weights.map(\.name)) })
        let version: [HDF5Group.Named<HDF5Attribute>] = [.init("backend", .text("apus")), .init("keras_version", .text(Self.kerasVersion))]

        var weightsGroup = HDF5Group(attributes: [.init("layer_names", .texts(ordered.map(\.name)))] + version)
        for layer in ordered {
            var layerGroup = HDF5Group()
            var paths: [String] = []
            for (name, dataset) in zip(names[layer.name] ?? [], weights[layer.name] ?? []) {
                paths.append("\(layer.name)/\(name)")
                layerGroup.insert(dataset, at: [layer.name] + name.split(separator: "/").map(String.init))
            }
            layerGroup.attributes = [.init("weight_names", .texts(paths))]
            weightsGroup.members.append(.init(layer.name, .group(layerGroup)))
        }
        var root = HDF5Group(attributes: version)
        root.attributes.append(.init("model_config", .text(try graph.modelConfig().text())))
        if let training { root.attributes.append(.init("training_config", .text(training.json.text()))) }
        root.members = [.init("model_weights", .group(weightsGroup))]
        return root
    }
}

extension KerasModelFile {
    /// Reads a file that Keras, or Apus, saved as `.h5`. What Apus does not compute is refused by the layer's and the option's name.
    public init(reading path: String) throws(ModelFileError) {
        let root = try HDF5File.read(path, members: ["model_weights"])
        self = try namingFile(path) { () throws(ModelFileError) in try KerasModelFile(tree: root) }
    }

    package init(tree root: HDF5Group) throws(ModelFileError) {
        guard let config = try Self.json(root, "model_config") else {
            throw ModelFileError(
                .unsupported, "the file holds no model_config, perhaps weights alone",
                hint: "Save the whole model: model.save(\"model.h5\"), not save_weights.")
        }
        let graph = try KerasGraph(modelConfig: config)
        guard let group = root.group("model_weights") else { throw .damagedModel("the file holds no group model_weights") }
        let weights = try Self.weights(in: group, for: graph)
        let training = try Self.json(root, "training_config").flatMap { KerasTraining(json: $0, outputs: graph.outputs) }
        try self.init(graph: graph, weights: weights, training: training)
    }

    private static func json(_ root: HDF5Group, _ name: String) throws(ModelFileError) -> JSON? {
        guard case .text(let text) = root.attribute(name) else { return nil }
        do { return try JSON(parsing: text) } catch { throw .damagedModel("\(name) is \(error)") }
    }

    /// Weights by layer name. The file's order must be Keras's own, because Keras assigns by position.
    private static func weights(in group: HDF5Group, for graph: KerasGraph) throws(ModelFileError) -> [String: [WeightArray]] {
        var weights: [String: [WeightArray]] = [:]
        var order: [String] = []
        for name in try names(group, "layer_names") {
            guard let layerGroup = group.group(name) else { throw .damagedModel("model_weights has no group '\(name)'") }
            var datasets: [WeightArray] = []
            for path in try names(layerGroup, "weight_names") {
                guard let dataset = layerGroup.dataset(at: path) else { throw .damagedModel("layer '\(name)' has no float dataset '\(path)'") }
                datasets.append(dataset)
            }
            guard !datasets.isEmpty else { continue }
            guard weights.updateValue(datasets, forKey: name) == nil else { throw .damagedModel("layer_names repeats '\(name)'") }
            order.append(name)
        }
        let expected = try graph.weightShapes().map(\.layer)
        guard order == expected else {
            throw .damagedModel(
                "the weights are those of \(order.joined(separator: ", ")), and the model's layers with weights are \(expected.joined(separator: ", "))"
            )
        }
        return weights
    }

    /// A list of names; Keras splits one of more than 64 KiB into `name0`, `name1` and so on.
    private static func names(_ group: HDF5Group, _ attribute: String) throws(ModelFileError) -> [String] {
        if case .texts(let names) = group.attribute(attribute) { return names }
        var names: [String] = []
        var part = 0
        while case .texts(let more) = group.attribute("\(attribute)\(part)") {
            names += more
            part += 1
        }
        guard part > 0 else { throw .damagedModel("a group has no list of \(attribute)") }
        return names
    }
}
