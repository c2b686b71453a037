public import ApusNN

extension TorchCheckpoint {
    /// Builds the model of the checkpoint, with its weights: of the layers that the file describes, or that its names and shapes tell.
    ///
    /// A checkpoint of PyTorch says neither the number of attention heads (taken from `nhead`, else 4) nor dropout (0.1 and 0.2, as those models
    /// have it), and says the steps of an example only in `window_size`.
    ///
    /// - Throws: `ModelFileError` when neither tells the layers.
    public func makeModel(seed: UInt64 = 0) throws(ModelFileError) -> Model {
        let layers = try layers()
        let model = try Model(layersInFile: layers, available: file.state.reduce(0) { $0 + $1.tensor.count }, seed: seed)
        try load(into: model)
        return model
    }

    /// The layers that the file describes, or that its names and shapes tell.
    public func layers() throws(ModelFileError) -> ModelLayers {
        if let description = file.description { return description }
        let shapes = Dictionary(file.state.map { ($0.name, $0.tensor.shape) }) { $1 }
        guard let body = Self.transformer(shapes, file.root) ?? Self.recurrent(shapes) else {
            throw ModelFileError(
                .unsupported, "the checkpoint has no description of its layers, and its names are not those of a model that is known",
                hint: "Give the layers too, and load its weights into a model of them.")
        }
        guard let windowSize else {
            throw ModelFileError(
                .unsupported, "the checkpoint does not say how many steps an example has", hint: "Build the model, and load its weights into it.")
        }
        return ModelLayers(body: body.text, inputShape: [windowSize, body.features])
    }

    private typealias Body = (text: String, features: Int)

    private static func transformer(_ shapes: [String: [Int]], _ root: TorchValue) -> Body? {
        guard let projection = shapes["input_projection.weight"], projection.count == 2, let first = shapes["fc_out.0.weight"],
            let last = shapes["fc_out.3.weight"], first.count == 2, last.count == 2
        else { return nil }
        var heads = 4
        if case .int(let stated)? = root["nhead"] { heads = stated }
        var activation = "relu"
        if case .text("gelu")? = root["activation"] { activation = "gelu" }
        var encoders: [String] = []
        while let hidden = shapes["transformer_encoder.layers.\(encoders.count).linear1.weight"]?.first {
            encoders.append("TransformerEncoder(heads: \(heads), hidden: \(hidden), dropout: 0.1, activation: .\(activation))")
        }
        guard !encoders.isEmpty else { return nil }
        return (
            """
            Dense(\(projection[0]))
            PositionalEncoding()
            Dropout(0.1)
            \(encoders.joined(separator: "\n"))
            GlobalAveragePooling()
            Head("signal", loss: .binaryCrossEntropy) {
                Dense(\(first[0]), activation: .relu)
                Dropout(0.1)
                Dense(\(last[0]), activation: .sigmoid)
            }
            """, projection[1]
        )
    }

    private static func recurrent(_ shapes: [String: [Int]]) -> Body? {
        for (module, layer, gates) in [("lstm", "LSTM", 4), ("gru", "GRU", 3)] {
            guard let input = shapes["\(module).weight_ih_l0"], input.count == 2, let first = shapes["fc1.weight"],
                let last = shapes["fc2.weight"], first.count == 2, last.count == 2, shapes["\(module).weight_ih_l0_reverse"] == nil
            else { continue }
            let units = input[0] / gates
            var count = 0
            while shapes["\(module).weight_ih_l\(count)"] != nil { count += 1 }
            let stack = (1...count).map { number in
                number < count
                    ? "\(layer)(\(units), returnsSequences: true, initialization: .pytorch)\nDropout(0.2)"
                    : "\(layer)(\(units), initialization: .pytorch)"
            }
            return (
                """
                \(stack.joined(separator: "\n"))
                Head("return", loss: .meanSquaredError) {
                    Dense(\(first[0]), activation: .relu, initialization: .pytorch)
                    Dropout(0.2)
                    Dense(\(last[0]), initialization: .pytorch)
                }
                """, input[1]
            )
        }
        return nil
    }
}
