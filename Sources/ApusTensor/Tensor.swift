/// Float32 values in row-major order, with value semantics: copies and row slices share memory until one of them is written.
public struct Tensor: Sendable {
    /// Extent of each dimension, outermost first; `[]` is a single value.
    public let shape: [Int]
    private var storage: TensorStorage
    private var offset: Int

    /// Number of elements.
    public let count: Int

    /// A tensor of the given elements; their number must be the product of the shape.
    public init(shape: [Int], _ elements: some Collection<Float>) {
        let count = Self.count(of: shape)
        precondition(elements.count == count, "\(elements.count) elements do not fill shape \(shape)")
        self.init(uninitialized: shape)
        _ = UnsafeMutableBufferPointer(start: storage.base, count: count).initialize(from: elements)
    }

    public init(zeros shape: [Int]) {
        self.init(uninitialized: shape)
        storage.base.initialize(repeating: 0, count: count)
    }

    /// A tensor whose elements `body` writes, all of them.
    public init(shape: [Int], initializing body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        self.init(uninitialized: shape)
        try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
    }

    /// A tensor over memory that `owner` keeps alive and unchanged, such as a file map. Nothing is copied until it is written.
    public init(shape: [Int], borrowing memory: UnsafeBufferPointer<Float>, owner: AnyObject) {
        let count = Self.count(of: shape)
        precondition(memory.count == count, "\(memory.count) elements do not fill shape \(shape)")
        self.shape = shape
        self.count = count
        storage = TensorStorage(borrowing: memory, owner: owner)
        offset = 0
    }

    private init(uninitialized shape: [Int]) {
        self.shape = shape
        count = Self.count(of: shape)
        storage = TensorStorage(count: count)
        offset = 0
    }

    private init(shape: [Int], storage: TensorStorage, offset: Int) {
        self.shape = shape
        count = Self.count(of: shape)
        self.storage = storage
        self.offset = offset
    }

    /// Product of the extents.
    public static func count(of shape: [Int]) -> Int { shape.reduce(1, *) }
}

extension Tensor {
    public var scalars: [Float] { withUnsafeBufferPointer { Array($0) } }

    public func withUnsafeBufferPointer<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        try body(UnsafeBufferPointer(start: storage.base + offset, count: count))
    }

    /// Calls `body` with the elements for writing; copies them first if others share them.
    public mutating func withUnsafeMutableBufferPointer<R, E: Error>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
    ) throws(E) -> R {
        if storage.isBorrowed || !isKnownUniquelyReferenced(&storage) {
            let copy = TensorStorage(count: count)
            copy.base.initialize(from: storage.base + offset, count: count)
            storage = copy
            offset = 0
        }
        return try body(UnsafeMutableBufferPointer(start: storage.base + offset, count: count))
    }

    /// The same elements under another shape of the same count.
    public func reshaped(_ shape: [Int]) -> Tensor {
        precondition(Self.count(of: shape) == count, "shape \(self.shape) cannot become \(shape)")
        return Tensor(shape: shape, storage: storage, offset: offset)
    }

    /// Rows `range` of the first dimension; shares memory.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(!shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of shape \(shape)")
        let row = shape.dropFirst().reduce(1, *)
        return Tensor(shape: [range.count] + shape.dropFirst(), storage: storage, offset: offset + range.lowerBound * row)
    }

    /// Whether no element is NaN or infinite.
    public var isFinite: Bool { withUnsafeBufferPointer { Kernels.best.isFinite($0) } }
}

extension Tensor: Equatable {
    /// Equal shapes and equal elements (so NaN differs from itself).
    public static func == (a: Tensor, b: Tensor) -> Bool {
        a.shape == b.shape && a.withUnsafeBufferPointer { x in b.withUnsafeBufferPointer { y in x.elementsEqual(y) } }
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String { "Tensor(\(shape.map(String.init).joined(separator: ", ")))" }
}
