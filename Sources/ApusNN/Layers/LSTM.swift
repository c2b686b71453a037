public import ApusTensor

/// Long short-term memory (Hochreiter and Schmidhuber 1997), as Keras defines it.
///
/// For an input (N, T, F): i, f, o = σ(x W + h U + b), g = tanh(x W + h U + b), c = f c + i g, h = o tanh(c), gates in the order i, f, c, o.
/// Parameters: kernel (F, 4H) Glorot uniform, recurrent kernel (H, 4H) orthogonal, bias (4H) zero with a forget bias of 1.
public struct LSTM: Layer {
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
        "LSTM", summary: "Long short-term memory over a sequence (steps, features).",
        arguments: [
            ArgumentSignature("units", label: nil, .integer(1...65_536), summary: "size of the state"),
            ArgumentSignature(
                "returnsSequences", .boolean, default: .boolean(false), summary: "true: the state at every step; false: at the last step only"),
            Initialization.argument,
        ],
        example: "LSTM(64, returnsSequences: true)")

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
        guard input.count == 2 else {
            throw ShapeError(
                "an LSTM reads a sequence (steps, features), but its input is \(shapeText(input)); "
                    + "if the layer before it is an LSTM, give that one returnsSequences: true")
        }
        return returnsSequences ? [input[0], units] : [units]
    }

    public func parameters(for input: [Int]) -> [ParameterDeclaration] {
        let declarations = [
            ParameterDeclaration(name: "kernel", shape: [input[1], 4 * units], initializer: .glorotUniform),
            ParameterDeclaration(name: "recurrent_kernel", shape: [units, 4 * units], initializer: .orthogonal),
            ParameterDeclaration(name: "bias", shape: [4 * units], initializer: .unitForgetBias),
        ]
        return initialization.apply(declarations, count: units)
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value {
        tape.lstm(
            input, units: units, returnsSequences: returnsSequences, kernel: parameters[0], recurrent: parameters[1], bias: parameters[2])
    }
}
