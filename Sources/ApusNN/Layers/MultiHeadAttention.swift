public import ApusTensor

/// Multi-head self-attention (Vaswani et al. 2017) over the steps of a sequence (N, T, F), every step seeing all others.
///
/// Each head attends with F / heads features: softmax(Q Kᵀ / √(F / heads)) V. Parameters, in PyTorch's order and transposed as everywhere
/// here: kernel (F, 3F) of queries, keys and values, Glorot uniform; bias (3F); output kernel (F, F) Glorot uniform; output bias (F).
public struct MultiHeadAttention: Layer {
    public var heads: Int
    /// Share of the attention weights dropped in training.
    public var dropout: Double

    public init(heads: Int, dropout: Double = 0) {
        self.heads = heads
        self.dropout = dropout
    }

    public static let signature = LayerSignature(
        "MultiHeadAttention", summary: "Self-attention: every step reads a weighted mean of all steps, once per head.",
        arguments: [
            ArgumentSignature("heads", .integer(1...1024), summary: "number of heads, a divisor of the features"),
            ArgumentSignature("dropout", .number(0..<1), default: .number(0), summary: "share of the attention weights dropped in training"),
        ],
        example: "MultiHeadAttention(heads: 4)")

    public init(_ arguments: LayerArguments) { self.init(heads: arguments.integer("heads"), dropout: arguments.number("dropout")) }

    public var arguments: LayerArguments { ["heads": .integer(heads), "dropout": .number(dropout)] }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] {
        try ShapeError.requireSequence(input, "attention")
        guard input[1] % heads == 0 else {
            throw ShapeError("\(heads) heads cannot share \(input[1]) features evenly; put a Dense layer with a multiple of \(heads) before it")
        }
        guard input[0] <= Self.maximumSteps else {
            throw ShapeError("attention over \(input[0]) steps needs a matrix of \(input[0])² weights; at most \(Self.maximumSteps) steps are taken")
        }
        return input
    }

    /// Keeps the matrices of one row within some hundred megabytes.
    static let maximumSteps = 4096

    public func parameters(for input: [Int]) -> [ParameterDeclaration] {
        let features = input[1]
        return [
            ParameterDeclaration(name: "kernel", shape: [features, 3 * features], initializer: .glorotUniform),
            ParameterDeclaration(name: "bias", shape: [3 * features], initializer: .zeros),
            ParameterDeclaration(name: "output_kernel", shape: [features, features], initializer: .glorotUniform),
            ParameterDeclaration(name: "output_bias", shape: [features], initializer: .zeros),
        ]
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value {
        let qkv = tape.dense(input, kernel: parameters[0], bias: parameters[1], units: 3 * input.features, activation: .linear)
        let context = tape.attention(qkv, heads: heads, rate: Float(dropout), layer: index)
        return tape.dense(context, kernel: parameters[2], bias: parameters[3], units: input.features, activation: .linear)
    }
}
