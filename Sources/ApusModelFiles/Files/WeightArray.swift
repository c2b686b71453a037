/// An array of Float32, row-major, as files hold it.
public struct WeightArray: Sendable, Equatable {
    public let shape: [Int]
    public let values: [Float]

    /// `values` has as many elements as `shape` says.
    public init(shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "\(values.count) values for the shape \(shape)")
        self.shape = shape
        self.values = values
    }
}
