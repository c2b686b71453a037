public import ApusNN

extension TorchFile {
    /// The state of `model`, under the names that a PyTorch module has whose attributes are called like our layers: `lstm.weight_ih_l0`.
    public init(_ model: Model) throws(ModelFileError) {
        var entries: [TorchValue.Entry] = []
        for node in model.nodes {
            guard !node.name.contains(".") || node.parameters.isEmpty else {
                throw ModelFileError(
                    .unwritable, "PyTorch does not take '\(node.name)' as the name of a layer", hint: "Rename the head, without '.'.")
            }
            entries += Self.entries(of: node, model) { "\(node.name).\($0)" }
        }
        self.init(root: .dictionary(entries), description: ModelLayers(body: model.declaration.body, inputShape: model.inputShape))
    }

    /// The arrays of one layer, called by `name` of their names in PyTorch's module of its kind.
    static func entries(of node: Model.Node, _ model: Model, name: (String) -> String) -> [TorchValue.Entry] {
        (TorchLayout(of: node.layer)?.pieces ?? []).map { piece in
            let parameter = model.parameters[node.parameters.lowerBound + piece.parameter]
            let array = WeightArray(shape: parameter.shape, values: parameter.withUnsafeBufferPointer { Array($0) })
            return .init(name(piece.name), .tensor(TorchTensor(piece.form.encode(array))))
        }
    }

    /// Writes the state dictionary of `model` to `path`.
    public static func write(_ model: Model, to path: String) throws(ModelFileError) {
        try namingFile(path) { () throws(ModelFileError) in try TorchFile(model) }.write(to: path)
    }

    /// Builds the model that the file describes, with its weights.
    public func makeModel(seed: UInt64 = 0) throws(ModelFileError) -> Model {
        guard let description else {
            throw ModelFileError(
                .unsupported, "the file holds tensors, but not the layers that they belong to",
                hint: "Give the layers too, as a %%build body: `apus convert --layers FILE --input STEPS,FEATURES`.")
        }
        return try makeModel(description, seed: seed)
    }

    /// Builds the model of the given layers, with the weights of the file.
    public func makeModel(_ description: ModelLayers, seed: UInt64 = 0) throws(ModelFileError) -> Model {
        let available = state.reduce(0) { $0 + $1.tensor.count }
        let model = try Model(layersInFile: description, available: available, seed: seed)
        try load(into: model)
        return model
    }

    /// Replaces the parameters of `model` by the tensors of the file; changes nothing unless all are there with the right shapes.
    ///
    /// Tensors are taken by name where all names are those of our layers, and else in the order of the file, which is that in which a module
    /// declares its layers: there each must be of the kind (`weight_ih`, `in_proj_weight`, ...) and shape that the next layer needs. An LSTM
    /// of several layers there is several here. Buffers, such as a table of positions, are passed over.
    public func load(into model: Model) throws(ModelFileError) {
        let needed = model.nodes.flatMap { node in
            (TorchLayout(of: node.layer)?.pieces ?? []).map { Needed(node: node, piece: $0, model: model) }
        }
        let state = state
        let byName = Dictionary(state.map { ($0.name, $0.tensor) }) { $1 }
        let isNamed = needed.allSatisfy { byName[$0.name] != nil }
        let found = isNamed ? needed.map { ($0.name, byName[$0.name]!) } : state.filter { Self.isParameter($0.name) }
        guard found.count == needed.count else {
            throw Self.mismatch("the file has \(found.count) tensors of layers, and the model needs \(needed.count)")
        }
        var weights = model.parameters.map { [Float](repeating: 0, count: $0.count) }
        for (need, (name, tensor)) in zip(needed, found) {
            guard isNamed || need.accepts(name) else { throw Self.mismatch("'\(name)' stands where '\(need.name)' is needed") }
            guard tensor.shape == need.shape else {
                throw Self.mismatch("'\(name)' has the shape \(tensor.shape), and '\(need.name)' needs \(need.shape)")
            }
            need.piece.form.decode(tensor.array, into: &weights[need.parameter])
        }
        do { try model.setWeights(weights) } catch { throw Self.mismatch(error.message) }
    }

    private static func mismatch(_ reason: String) -> ModelFileError {
        ModelFileError(.damaged, reason, hint: "Give a file of the same model.")
    }

    /// Whether a tensor of this name is learned: `weight`, `bias` and those that recurrent layers and attention have.
    private static func isParameter(_ name: String) -> Bool {
        let last = name.split(separator: ".").last ?? ""
        return ["weight", "bias", "in_proj_"].contains { last.hasPrefix($0) }
    }
}

/// An array that a layer of a model needs.
private struct Needed {
    let name: String
    let piece: TorchLayout.Piece
    /// Index among the model's parameters.
    let parameter: Int
    /// In PyTorch.
    let shape: [Int]

    init(node: Model.Node, piece: TorchLayout.Piece, model: Model) {
        name = "\(node.name).\(piece.name)"
        self.piece = piece
        parameter = node.parameters.lowerBound + piece.parameter
        shape = piece.form.shape(of: model.parameters[parameter].shape)
    }

    /// Whether `name` ends like the array's own, whatever the number of the layer in a stack (`_l1` for `_l0`).
    func accepts(_ name: String) -> Bool {
        var name = name
        if piece.name.hasSuffix("_l0") {
            while name.last?.isNumber == true { name.removeLast() }
            name += "0"
        }
        return name == piece.name || name.hasSuffix("." + piece.name)
    }
}
