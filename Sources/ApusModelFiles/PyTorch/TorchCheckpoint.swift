public import ApusNN

/// A checkpoint of a training in PyTorch: the state of a model under `model_state_dict`, and what is needed to use it.
///
/// ```python
/// {'model_state_dict': ..., 'feature_columns': ['open', ...], 'window_size': 64, 'input_dim': 14}
/// ```
/// Other keys, such as `epoch` or `pos_weight`, are in `file.root`.
public struct TorchCheckpoint: Sendable {
    public let file: TorchFile
    /// The names of the features (F); nil where the file has none.
    public let featureColumns: [String]?
    /// Steps of an example, T.
    public let windowSize: Int?
    /// Features of a step, F.
    public let inputDimension: Int?

    /// Reads a checkpoint without running anything that is in it.
    ///
    /// - Throws: `ModelFileError`, also when the file has no state of a model, or facts that contradict each other.
    public init(reading path: String) throws(ModelFileError) {
        self = try namingFile(path) { () throws(ModelFileError) in try TorchCheckpoint(try TorchFile(reading: path)) }
    }

    /// Takes the facts from what a file holds.
    public init(_ file: TorchFile) throws(ModelFileError) {
        guard !file.state.isEmpty else {
            throw ModelFileError(
                .wrongKind, "the file holds no state of a model",
                hint: "Save it with torch.save({'model_state_dict': model.state_dict(), ...}, path).")
        }
        self.file = file
        featureColumns = try Self.texts(file.root, "feature_columns", "feature_names")
        windowSize = try Self.size(file.root, "window_size", "sequence_length")
        let stated = try Self.size(file.root, "input_dim", "input_size")
        if let featureColumns, let stated, featureColumns.count != stated {
            throw .damagedTorch("it names \(featureColumns.count) features, and says that a step has \(stated)")
        }
        inputDimension = stated ?? featureColumns?.count
    }

    /// The value of the first of `keys` that is there, also in a dictionary `config`.
    private static func value(_ root: TorchValue, _ keys: [String]) -> (key: String, value: TorchValue)? {
        for part in [root, root["config"]] {
            for key in keys { if let value = part?[key] { return (key, value) } }
        }
        return nil
    }

    private static func size(_ root: TorchValue, _ keys: String...) throws(ModelFileError) -> Int? {
        guard let (key, value) = value(root, keys) else { return nil }
        guard case .int(let size) = value, size >= 1, size <= 1 << 24 else { throw .damagedTorch("'\(key)' is not a number of 1 or more") }
        return size
    }

    private static func texts(_ root: TorchValue, _ keys: String...) throws(ModelFileError) -> [String]? {
        guard let (key, value) = value(root, keys) else { return nil }
        guard case .list(let items) = value else { throw .damagedTorch("'\(key)' is not a list") }
        var texts: [String] = []
        for item in items {
            guard case .text(let text) = item else { throw .damagedTorch("'\(key)' is not a list of texts") }
            texts.append(text)
        }
        return texts
    }

    /// Replaces the parameters of `model` by those of the checkpoint; changes nothing unless all fit.
    ///
    /// - Throws: `ModelFileError` with both shapes when the checkpoint is of another model, or of examples of another shape.
    public func load(into model: Model) throws(ModelFileError) {
        let shape = model.inputShape
        if shape.count == 2 {
            let stated = [windowSize ?? shape[0], inputDimension ?? shape[1]]
            guard stated == shape else {
                throw ModelFileError(
                    .damaged, "the checkpoint is of a model that reads examples of shape \(stated), and this one reads \(shape)",
                    hint: "Give a checkpoint of the same model, or build the model with the shape of the checkpoint.")
            }
        }
        // Of another number of features it belongs to another model, which the first array says better.
        if let (node, table) = positions(in: model), table.shape.last == node.inputShape[1],
            !TorchPositions.holds(table, steps: node.inputShape[0], features: node.inputShape[1])
        {
            throw ModelFileError(
                .unsupported,
                "its positions 'pe', of shape \(table.shape), are not the sinusoids that PositionalEncoding() adds to \(node.inputShape)",
                hint: "Only models with fixed sinusoidal positions are read.")
        }
        try file.load(into: model)
    }

    /// The buffer of positions, where both the model and the file have one.
    private func positions(in model: Model) -> (Model.Node, WeightArray)? {
        guard let node = model.nodes.first(where: { $0.layer is PositionalEncoding }),
            let entry = file.state.first(where: { $0.name == "pe" || $0.name.hasSuffix(".pe") })
        else { return nil }
        return (node, entry.tensor.array)
    }
}
