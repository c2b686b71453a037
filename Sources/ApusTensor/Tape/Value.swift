/// A value of a tape: for each row of the batch a vector (features) or a sequence (steps, features).
///
/// In memory: (rows, P) for vectors, (T, rows, P) for sequences, time-major, where P is the number of features rounded up to 16 floats.
public struct Value: Sendable, Hashable {
    package let id: Int
    /// 1 for a vector.
    public let steps: Int
    public let features: Int
    public let isSequence: Bool

    init(id: Int, shape: [Int]) {
        precondition(shape.count == 1 || shape.count == 2, "a row is (features) or (steps, features), not \(shape)")
        self.id = id
        isSequence = shape.count == 2
        steps = isSequence ? shape[0] : 1
        features = shape[shape.count - 1]
    }

    /// Shape of one row.
    public var shape: [Int] { isSequence ? [steps, features] : [features] }

    /// Floats from one row of the matrix (steps * rows, features) to the next.
    public var stride: Int { Buffer.padded(features) }
}

/// Room in a tape's arena: so many floats for each row, and a fixed number besides.
public struct Buffer: Sendable, Hashable {
    let offset: Int

    static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
