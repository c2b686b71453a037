public import ApusNN

extension TorchCheckpoint {
    /// A checkpoint of a price-action transformer or a sequence regressor, with the names of the PyTorch modules that these come from, so that
    /// `module.load_state_dict(checkpoint['model_state_dict'])` takes it.
    ///
    /// An LSTM's second bias is written as zeros: only the sum counts. Besides the keys above there are the sizes that a module is made with,
    /// such as `d_model` and `nhead`, or `hidden_size` and `num_layers`.
    ///
    /// - Parameters:
    ///   - featureColumns: names of the features (F).
    ///   - more: further entries. Numbers with a fraction are refused by `torch.load(weights_only=True)` of PyTorch 1.13, not by later ones.
    /// - Throws: `ModelFileError.unwritable` for other layers, or for names that do not fit the model's input.
    public init(_ model: Model, featureColumns: [String], more: [TorchValue.Entry] = []) throws(ModelFileError) {
        guard let names = TorchModuleNames(model) else {
            throw ModelFileError(
                .unwritable, "the layers of this model are not those of the price-action transformer or the sequence regressor",
                hint: "Write its state alone, with TorchFile.write, which has names for all layers.")
        }
        guard model.inputShape.count == 2, featureColumns.count == model.inputShape[1] else {
            throw ModelFileError(
                .unwritable, "\(featureColumns.count) names of features for a model that reads examples of shape \(model.inputShape)",
                hint: "Give one name for each feature of a step.")
        }
        var state: [TorchValue.Entry] = []
        for (index, node) in model.nodes.enumerated() {
            if node.layer is PositionalEncoding {
                let table = TorchPositions.table(steps: max(node.inputShape[0], TorchPositions.usualSteps), features: node.inputShape[1])
                state.append(.init("pos_encoder.pe", .tensor(TorchTensor(table))))
            }
            state += TorchFile.entries(of: node, model) { names.name(ofNode: index, node, $0) }
        }
        let facts: [TorchValue.Entry] =
            [
                .init("feature_columns", .list(featureColumns.map(TorchValue.text))), .init("window_size", .int(model.inputShape[0])),
                .init("input_dim", .int(model.inputShape[1])),
            ] + Self.sizes(model, names.architecture)
        let taken = Set((facts.map(\.key)) + ["model_state_dict"])
        if let entry = more.first(where: { taken.contains($0.key) }) {
            throw ModelFileError(.unwritable, "'\(entry.key)' of a checkpoint is taken from the model", hint: "Give the entry another name.")
        }
        try self.init(
            TorchFile(
                root: .dictionary([.init("model_state_dict", .dictionary(state))] + facts + more),
                description: ModelLayers(body: model.declaration.body, inputShape: model.inputShape)))
    }

    /// What a module of the same size is made with.
    private static func sizes(_ model: Model, _ architecture: TorchModuleNames.Architecture) -> [TorchValue.Entry] {
        let layers = model.nodes.map(\.layer)
        switch architecture {
        case .transformer:
            let encoders = layers.compactMap { $0 as? TransformerEncoder }
            let features = model.nodes.first { $0.layer is TransformerEncoder }?.outputShape.last ?? 0
            return [
                .init("d_model", .int(features)), .init("nhead", .int(encoders[0].heads)), .init("num_layers", .int(encoders.count)),
                .init("dim_feedforward", .int(encoders[0].hidden)), .init("activation", .text(encoders[0].activation.rawValue)),
            ]
        case .recurrent(let module):
            let sizes = layers.compactMap { ($0 as? LSTM)?.units ?? ($0 as? GRU)?.units }
            return [.init("model_type", .text(module)), .init("hidden_size", .int(sizes[0])), .init("num_layers", .int(sizes.count))]
        }
    }

    /// Writes the file, complete or not at all, so that `torch.load(path, weights_only=True)` reads it.
    public func write(to path: String) throws(ModelFileError) { try file.write(to: path) }
}
