public import ApusTensor

/// Adds fixed sinusoidal positions (Vaswani et al. 2017): sin(t / 10000^(2i/F)) to feature 2i, the cosine of the same to feature 2i + 1.
public struct PositionalEncoding: Layer {
    public init() {}

    public static let signature = LayerSignature(
        "PositionalEncoding", summary: "Adds fixed sine and cosine waves of the step, so that attention knows the order.", arguments: [],
        example: "PositionalEncoding()")

    public init(_ arguments: LayerArguments) {}

    public var arguments: LayerArguments { [:] }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] {
        try ShapeError.requireSequence(input, "PositionalEncoding")
        return input
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value { tape.addPositions(input) }
}
