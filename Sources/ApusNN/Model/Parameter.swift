public import ApusTensor

/// One trainable array of a model, in Keras's layout and under Keras's name.
public final class Parameter {
    /// Layer and role, such as `lstm/kernel`.
    public let name: String
    public let shape: [Int]
    public let initializer: Initializer
    /// Where its values lie in the model's flat buffer, and its gradient in a training step's.
    public let slot: ParameterSlot
    private let buffer: ParameterBuffer

    init(name: String, shape: [Int], initializer: Initializer, slot: ParameterSlot, buffer: ParameterBuffer) {
        self.name = name
        self.shape = shape
        self.initializer = initializer
        self.slot = slot
        self.buffer = buffer
    }

    public var count: Int { slot.count }

    /// A copy of the values; assigning one of the same shape writes them.
    public var value: Tensor {
        get { Tensor(shape: shape, buffer.values[slot.offset..<slot.offset + slot.count]) }
        set {
            precondition(newValue.shape == shape, "\(name) has shape \(shape), not \(newValue.shape)")
            newValue.withUnsafeBufferPointer { write($0) }
        }
    }

    /// Calls `body` with the values for reading.
    public func withUnsafeBufferPointer<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        try body(UnsafeBufferPointer(rebasing: buffer.values[slot.offset..<slot.offset + slot.count]))
    }

    func write(_ values: UnsafeBufferPointer<Float>) {
        buffer.update { flat in _ = UnsafeMutableBufferPointer(rebasing: flat[slot.offset..<slot.offset + slot.count]).update(from: values) }
    }
}
