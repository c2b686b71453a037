/// Immutable Float32 values in memory that a tensor may use without copying, with the object that keeps them alive.
// Safe to share: the values never change after `init`, and `owner` keeps them valid as long as this object lives.
public final class SharedFloats: @unchecked Sendable {
    /// The values themselves, for a tensor that adopts them; valid only as long as this object or `owner` is kept.
    /// To read them, prefer `withUnsafeBufferPointer` or `array`, which keep the object alive.
    public let values: UnsafeBufferPointer<Float>
    /// What owns the memory: a memory map or an allocation.
    public let owner: AnyObject

    init(values: UnsafeBufferPointer<Float>, owner: AnyObject) {
        self.values = values
        self.owner = owner
    }

    /// Allocates memory for `count` values and fills it with `body`.
    convenience init(count: Int, _ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
        let allocation = FloatAllocation(count: count)
        body(allocation.values)
        self.init(values: UnsafeBufferPointer(allocation.values), owner: allocation)
    }

    public var count: Int { values.count }

    /// All values, copied.
    public var array: [Float] { withUnsafeBufferPointer { Array($0) } }

    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(values)
    }

    /// The values `range`, sharing the memory.
    public func slice(_ range: Range<Int>) -> SharedFloats {
        SharedFloats(values: UnsafeBufferPointer(rebasing: values[range]), owner: owner)
    }

    /// Whether the values lie in a memory-mapped file instead of in allocated memory.
    public var isMapped: Bool { owner is MappedFile }
}

private final class FloatAllocation {
    let values: UnsafeMutableBufferPointer<Float>

    init(count: Int) {
        values = .allocate(capacity: count)
        values.initialize(repeating: 0)
    }

    deinit { values.deallocate() }
}
