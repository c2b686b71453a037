import ApusNN

/// How the parameters of a layer lie in the arrays of PyTorch's module of the same kind.
///
/// Kernels are (outputs, inputs) there and (inputs, outputs) here. An LSTM has its gates in the same order (i, f, g, o), but two biases that
/// are added; a GRU has r, z, n there and z, r, h here, with `reset_after` semantics on both sides.
struct TorchLayout {
    /// An array of the module.
    struct Piece {
        /// The name in the module, such as `weight_ih_l0`.
        let name: String
        /// Which parameter of the layer it belongs to.
        let parameter: Int
        let form: Form
    }

    enum Form {
        case vector
        case transposed
        /// Transposed, and the first two of three gates exchanged.
        case gatedTransposed
        /// The whole bias of an LSTM, and the second one, zeros, which PyTorch adds to it.
        case bias, secondBias
        /// A row of a GRU's (2, 3H) bias, with the first two gates exchanged.
        case gatedRow(Int)
    }

    let pieces: [Piece]

    /// - Returns: nil for a layer without parameters.
    init?(of layer: any Layer) {
        func pieces(_ names: String...) -> [Piece] {
            names.enumerated().map { Piece(name: $1, parameter: $0, form: $1.hasSuffix("weight") && !$1.contains("norm") ? .transposed : .vector) }
        }
        switch layer {
        case is LSTM:
            self.pieces = [
                Piece(name: "weight_ih_l0", parameter: 0, form: .transposed), Piece(name: "weight_hh_l0", parameter: 1, form: .transposed),
                Piece(name: "bias_ih_l0", parameter: 2, form: .bias), Piece(name: "bias_hh_l0", parameter: 2, form: .secondBias),
            ]
        case is GRU:
            self.pieces = [
                Piece(name: "weight_ih_l0", parameter: 0, form: .gatedTransposed),
                Piece(name: "weight_hh_l0", parameter: 1, form: .gatedTransposed),
                Piece(name: "bias_ih_l0", parameter: 2, form: .gatedRow(0)), Piece(name: "bias_hh_l0", parameter: 2, form: .gatedRow(1)),
            ]
        case is Dense: self.pieces = pieces("weight", "bias")
        case is LayerNorm:
            self.pieces = [Piece(name: "weight", parameter: 0, form: .vector), Piece(name: "bias", parameter: 1, form: .vector)]
        case is MultiHeadAttention: self.pieces = pieces("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")
        case is TransformerEncoder:
            self.pieces = pieces(
                "self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias", "linear1.weight",
                "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias")
        default: return nil
        }
    }
}

extension TorchLayout.Form {
    /// The shape in PyTorch of an array of this form.
    func shape(of parameter: [Int]) -> [Int] {
        switch self {
        case .vector, .bias, .secondBias: parameter
        case .transposed, .gatedTransposed: parameter.reversed()
        case .gatedRow: [parameter[1]]
        }
    }

    /// PyTorch's values of a parameter of ours.
    func encode(_ array: WeightArray) -> WeightArray {
        let values: [Float] =
            switch self {
            case .vector, .bias: array.values
            case .secondBias: [Float](repeating: 0, count: array.values.count)
            case .transposed: Self.transposed(array.values, rows: array.shape[0])
            case .gatedTransposed: Self.exchangingGates(Self.transposed(array.values, rows: array.shape[0]))
            case .gatedRow(let row): Self.exchangingGates(Array(array.values[row * array.shape[1]..<(row + 1) * array.shape[1]]))
            }
        return WeightArray(shape: shape(of: array.shape), values: values)
    }

    /// Puts PyTorch's values into the zeros that a parameter of ours begins as.
    func decode(_ array: WeightArray, into parameter: inout [Float]) {
        switch self {
        case .vector: parameter = array.values
        case .transposed: parameter = Self.transposed(array.values, rows: array.shape[0])
        case .gatedTransposed: parameter = Self.transposed(Self.exchangingGates(array.values), rows: array.shape[0])
        case .bias, .secondBias: for index in parameter.indices { parameter[index] += array.values[index] }
        case .gatedRow(let row):
            let start = row * array.values.count
            parameter.replaceSubrange(start..<start + array.values.count, with: Self.exchangingGates(array.values))
        }
    }

    private static func transposed(_ values: [Float], rows: Int) -> [Float] {
        let columns = values.count / rows
        return (0..<values.count).map { values[$0 % rows * columns + $0 / rows] }
    }

    /// Exchanges the first and the second third, which is its own inverse.
    private static func exchangingGates(_ values: [Float]) -> [Float] {
        let third = values.count / 3
        return Array(values[third..<2 * third] + values[..<third] + values[(2 * third)...])
    }
}
