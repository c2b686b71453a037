import ApusNN

/// What the layers of the recipes are called in the PyTorch modules that they come from.
///
/// | model | names |
/// |---|---|
/// | price-action transformer | `input_projection`, `pos_encoder.pe`, `transformer_encoder.layers.0`, …, `fc_out.0`, `fc_out.3` |
/// | sequence regressor | `lstm.weight_ih_l0`, …, `lstm.bias_hh_l1` (or `gru`), `fc1`, `fc2` |
///
/// `fc_out` is an `nn.Sequential` of linear, ReLU, dropout, linear, and counts them all.
struct TorchModuleNames {
    enum Architecture: Equatable {
        case transformer
        /// `lstm` or `gru`.
        case recurrent(String)
    }

    let architecture: Architecture
    /// By index of the node: module, and number in its stack for a recurrent layer.
    private var modules: [Int: (name: String, layer: Int?)] = [:]

    /// - Returns: nil for a model of other layers, or whose layers PyTorch's modules do not compute.
    init?(_ model: Model) {
        let nodes = model.nodes.indices.filter { !(model.nodes[$0].layer is Dropout) }
        let trunk = nodes.filter { model.nodes[$0].head == nil }
        let head = nodes.filter { model.nodes[$0].head != nil }
        let dense = head.compactMap { model.nodes[$0].layer as? Dense }
        guard model.heads.count == 1, head.count == 2, dense.count == 2, dense[0].activation == .relu,
            dense[1].activation == .linear || dense[1].activation == .sigmoid, !trunk.isEmpty
        else { return nil }
        let layers = trunk.map { model.nodes[$0].layer }
        if let projection = layers[0] as? Dense {
            guard projection.activation == .linear, layers.count >= 4, layers[1] is PositionalEncoding, layers.last is GlobalAveragePooling,
                Self.isStack(layers.dropFirst(2).dropLast().map { $0 as? TransformerEncoder })
            else { return nil }
            architecture = .transformer
            modules[trunk[0]] = ("input_projection", nil)
            for (number, node) in trunk.dropFirst(2).dropLast().enumerated() { modules[node] = ("transformer_encoder.layers.\(number)", nil) }
            modules[head[0]] = ("fc_out.0", nil)
            modules[head[1]] = ("fc_out.3", nil)
        } else {
            guard let module = Self.recurrentModule(layers) else { return nil }
            architecture = .recurrent(module)
            for (number, node) in trunk.enumerated() { modules[node] = (module, number) }
            modules[head[0]] = ("fc1", nil)
            modules[head[1]] = ("fc2", nil)
        }
    }

    /// Whether these are layers of `nn.TransformerEncoder`, which repeats one of PyTorch's.
    private static func isStack(_ encoders: [TransformerEncoder?]) -> Bool {
        guard let first = encoders.first ?? nil, first.epsilon == 1e-5 else { return false }
        return encoders.allSatisfy {
            $0?.epsilon == first.epsilon && $0?.heads == first.heads && $0?.hidden == first.hidden && $0?.activation == first.activation
        }
    }

    /// `lstm` or `gru` for a stack that PyTorch's module of that name computes: equal sizes, of which only the last layer ends in one step.
    private static func recurrentModule(_ layers: [any Layer]) -> String? {
        let shapes = layers.compactMap { layer in
            if let layer = layer as? LSTM {
                ("lstm", layer.units, layer.returnsSequences)
            } else if let layer = layer as? GRU {
                ("gru", layer.units, layer.returnsSequences)
            } else {
                nil as (String, Int, Bool)?
            }
        }
        guard let first = shapes.first, shapes.count == layers.count, shapes.allSatisfy({ $0.0 == first.0 && $0.1 == first.1 }),
            shapes.dropLast().allSatisfy({ $0.2 }), shapes.last?.2 == false
        else { return nil }
        return first.0
    }

    /// The name of a node's array, which `TorchLayout` calls `piece`; the layer's own name where it has no other.
    func name(ofNode index: Int, _ node: Model.Node, _ piece: String) -> String {
        guard let (module, layer) = modules[index] else { return "\(node.name).\(piece)" }
        guard let layer, piece.hasSuffix("_l0") else { return "\(module).\(piece)" }
        return "\(module).\(piece.dropLast())\(layer)"
    }
}
