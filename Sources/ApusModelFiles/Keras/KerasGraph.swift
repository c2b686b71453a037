/// A Keras model without its weights: layers of one input each that grow from one input layer to one or several outputs.
///
/// Shapes are written without the batch dimension: (T, F) after the input and after an LSTM that returns sequences, (H) after one that does not.
public struct KerasGraph: Sendable, Equatable {
    public var name: String
    /// In any order; exactly one is an input layer.
    public var layers: [KerasLayer]
    /// Names of the layers whose outputs the model returns, in the order in which it returns them.
    public var outputs: [String]

    public init(name: String = "model", layers: [KerasLayer], outputs: [String]) {
        self.name = name
        self.layers = layers
        self.outputs = outputs
    }

    public subscript(name: String) -> KerasLayer? { layers.first { $0.name == name } }
}

public struct KerasLayer: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// `shape` without the batch dimension; nil is a dimension left open, as in `(None, 13)`.
        case input(shape: [Int?])
        case lstm(units: Int, returnSequences: Bool)
        /// With `reset_after`, Keras's default.
        case gru(units: Int, returnSequences: Bool)
        case dropout(rate: Double)
        case dense(units: Int, activation: KerasActivation)
    }

    public let name: String
    public let kind: Kind
    /// The layer whose output this one takes; nil for the input layer only.
    public let inbound: String?

    public init(_ name: String, _ kind: Kind, inbound: String?) {
        self.name = name
        self.kind = kind
        self.inbound = inbound
    }
}

public enum KerasActivation: String, Sendable, CaseIterable {
    case linear, relu, gelu, sigmoid, tanh, softmax
}

extension KerasLayer {
    /// The name of the kind as Keras spells it.
    public var className: String {
        switch kind {
        case .input: "InputLayer"
        case .lstm: "LSTM"
        case .gru: "GRU"
        case .dropout: "Dropout"
        case .dense: "Dense"
        }
    }

    /// Names and shapes of the weights, in the order in which Keras stores them, for an input of `features` in its last dimension.
    ///
    /// LSTM gates lie along the last dimension in the order i, f, c, o, those of a GRU in the order z, r, h.
    package func weightShapes(features: Int) -> [(name: String, shape: [Int])] {
        switch kind {
        case .input, .dropout: []
        case .lstm(let units, _):
            [
                ("lstm_cell/kernel", [features, 4 * units]), ("lstm_cell/recurrent_kernel", [units, 4 * units]),
                ("lstm_cell/bias", [4 * units]),
            ]
        case .gru(let units, _):
            [
                ("gru_cell/kernel", [features, 3 * units]), ("gru_cell/recurrent_kernel", [units, 3 * units]), ("gru_cell/bias", [2, 3 * units]),
            ]
        case .dense(let units, _): [("kernel", [features, units]), ("bias", [units])]
        }
    }

    /// The shape after this layer, or the reason why it cannot stand there.
    func outputShape(for input: [Int?]) throws(ModelFileError) -> [Int?] {
        switch kind {
        case .input(let shape): return shape
        case .dropout: return input
        case .dense(let units, _):
            guard !input.isEmpty else { throw mismatch("needs at least one dimension", input) }
            return input.dropLast() + [units]
        case .lstm(let units, let returnSequences), .gru(let units, let returnSequences):
            guard input.count == 2 else { throw mismatch("needs (steps, features)", input) }
            return returnSequences ? [input[0], units] : [units]
        }
    }

    private func mismatch(_ need: String, _ shape: [Int?]) -> ModelFileError {
        let shape = shape.map { $0.map(String.init) ?? "None" }.joined(separator: ", ")
        return .damagedModel("layer '\(name)' (\(className)) \(need), and gets (\(shape))")
    }
}

extension ModelFileError {
    static func damagedModel(_ message: String) -> ModelFileError {
        ModelFileError(.damaged, message, hint: "Save the model again, or give another file.")
    }
}
