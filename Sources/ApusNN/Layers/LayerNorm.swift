public import ApusTensor

/// Layer normalisation (Ba, Kiros, Hinton 2016) over the last axis: γ (x - mean) / √(variance + ε) + β.
///
/// Parameters: gamma (F) ones, beta (F) zeros. ε is PyTorch's 1e-5 unless given; Keras's is 1e-3.
public struct LayerNorm: Layer {
    public var epsilon: Double

    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

    public static let signature = LayerSignature(
        "LayerNorm", summary: "Normalises the features of each step to mean 0 and variance 1, then scales and shifts them.",
        arguments: [
            ArgumentSignature("epsilon", .number(1e-12..<1), default: .number(1e-5), summary: "added to the variance")
        ],
        example: "LayerNorm()")

    public init(_ arguments: LayerArguments) { self.init(epsilon: arguments.number("epsilon")) }

    public var arguments: LayerArguments { ["epsilon": .number(epsilon)] }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] { input }

    public func parameters(for input: [Int]) -> [ParameterDeclaration] {
        [
            ParameterDeclaration(name: "gamma", shape: [input[input.count - 1]], initializer: .ones),
            ParameterDeclaration(name: "beta", shape: [input[input.count - 1]], initializer: .zeros),
        ]
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value {
        tape.layerNorm(input, gain: parameters[0], shift: parameters[1], epsilon: Float(epsilon))
    }
}
