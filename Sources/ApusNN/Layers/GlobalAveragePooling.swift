public import ApusTensor

/// Mean over time: (N, T, F) to (N, F).
public struct GlobalAveragePooling: Layer {
    public init() {}

    public static let signature = LayerSignature(
        "GlobalAveragePooling", summary: "Mean over the steps of a sequence.", arguments: [], example: "GlobalAveragePooling()")

    public init(_ arguments: LayerArguments) {}

    public var arguments: LayerArguments { [:] }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] {
        try ShapeError.requireSequence(input, "GlobalAveragePooling")
        return [input[1]]
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value { tape.stepMean(input) }
}
