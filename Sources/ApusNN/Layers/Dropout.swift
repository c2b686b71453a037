public import ApusTensor

/// Inverted dropout (Srivastava et al. 2014): in training each element is zero with probability `rate`, the others grow by 1 / (1 - rate).
public struct Dropout: Layer {
    public var rate: Double

    public init(_ rate: Double) { self.rate = rate }

    public static let signature = LayerSignature(
        "Dropout", summary: "Drops elements at random while training, so that the model does not lean on single ones.",
        arguments: [ArgumentSignature("rate", label: nil, .number(0..<1), summary: "share of elements that are dropped")],
        example: "Dropout(0.2)")

    public init(_ arguments: LayerArguments) { self.init(arguments.number("rate")) }

    public var arguments: LayerArguments { ["rate": .number(rate)] }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] { input }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value {
        tape.dropout(input, rate: Float(rate), layer: index)
    }
}
