public import ApusTensor

/// Gated recurrent unit (Cho et al. 2014), as Keras defines it with `reset_after=True`, its default.
///
/// For an input (N, T, F): z, r = σ(x W + h U + b + b'), g = tanh(x W + b + r (h U + b')), h = z h + (1 - z) g, gates in the order z, r, h.
/// Parameters: kernel (F, 3H) Glorot uniform, recurrent kernel (H, 3H) orthogonal, bias (2, 3H) zero, the first row b of the input and the
/// second b' of the state. PyTorch's GRU is the same computation with the gates in the order r, z, n.
public struct GRU: Layer {
    /// H, the size of the state.
    public var units: Int
    /// Whether the output is the state at all steps (N, T, H), or at the last one (N, H).
    public var returnsSequences: Bool
    public var initialization: Initialization

    public init(_ units: Int, returnsSequences: Bool = false, initialization: Initialization = .keras) {
        self.units = units
        self.returnsSequences = returnsSequences
        self.initialization = initialization
    }

    public static let signature = LayerSignature(
        "GRU", summary: "Gated recurrent unit over a sequence (steps, features); three quarters of an LSTM's work.",
        arguments: [
            ArgumentSignature("units", label: nil, .integer(1...65_536), summary: "size of the state"),
            ArgumentSignature(
                "returnsSequences", .boolean, default: .boolean(false), summary: "true: the state at every step; false: at the last step only"),
            Initialization.argument,
        ],
        example: "GRU(64, returnsSequences: true)")

    public init(_ arguments: LayerArguments) {
        self.init(
            arguments.integer("units"), returnsSequences: arguments.boolean("returnsSequences"), initialization: Initialization(arguments))
    }

    public var arguments: LayerArguments {
        [
            "units": .integer(units), "returnsSequences": .boolean(returnsSequences), "initialization": .choice(initialization.rawValue),
        ]
    }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] {
        try ShapeError.requireSequence(input, "a GRU")
        return returnsSequences ? [input[0], units] : [units]
    }

    public func parameters(for input: [Int]) -> [ParameterDeclaration] {
        let declarations = [
            ParameterDeclaration(name: "kernel", shape: [input[1], 3 * units], initializer: .glorotUniform),
            ParameterDeclaration(name: "recurrent_kernel", shape: [units, 3 * units], initializer: .orthogonal),
            ParameterDeclaration(name: "bias", shape: [2, 3 * units], initializer: .zeros),
        ]
        return initialization.apply(declarations, count: units)
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value {
        tape.gru(input, units: units, returnsSequences: returnsSequences, kernel: parameters[0], recurrent: parameters[1], bias: parameters[2])
    }
}
