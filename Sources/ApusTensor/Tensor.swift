/// Float32 values in row-major order, with value semantics: copies and row slices share memory until one of them is written.
///
/// Rows of the first dimension may overlap in memory (see `init(windowsOf:steps:)`); what a tensor holds does not depend on it.
public struct Tensor: Sendable {
    /// Extent of each dimension, outermost first; `[]` is a single value.
    public let shape: [Int]
    private var storage: TensorStorage
    private var offset: Int
    /// Floats from one row of the first dimension to the next; less than a row's length where rows overlap.
    package private(set) var rowStride: Int

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
        rowStride = Self.rowLength(of: shape)
    }

    private init(uninitialized shape: [Int]) {
        self.shape = shape
        count = Self.count(of: shape)
        storage = TensorStorage(count: count)
        offset = 0
        rowStride = Self.rowLength(of: shape)
    }

    /// A view of the same memory; a single row has no stride of its own.
    private init(viewing tensor: Tensor, shape: [Int], offset: Int, rowStride: Int) {
        self.shape = shape
        count = Self.count(of: shape)
        storage = tensor.storage
        self.offset = offset
        self.rowStride = shape.first ?? 1 > 1 ? rowStride : Self.rowLength(of: shape)
    }

    /// All stretches of `steps` consecutive rows of a tensor (R, F), as a tensor (R - steps + 1, steps, F); without rows when R < steps.
    ///
    /// Window i is rows i..<i + steps. The windows overlap in the memory of `rows`, as NumPy's `sliding_window_view`: nothing is copied until
    /// it is written.
    public init(windowsOf rows: Tensor, steps: Int) {
        precondition(rows.shape.count == 2, "windows are made of rows of features (R, F), not of shape \(rows.shape)")
        precondition(steps > 0, "a window has 1 step or more, not \(steps)")
        let (count, features) = (rows.shape[0], rows.shape[1])
        self.init(viewing: rows, shape: [max(0, count - steps + 1), steps, features], offset: rows.offset, rowStride: features)
    }

    /// Product of the extents.
    public static func count(of shape: [Int]) -> Int { shape.reduce(1, *) }

    /// Product of the extents behind the first dimension.
    private static func rowLength(of shape: [Int]) -> Int { shape.dropFirst().reduce(1, *) }
}

extension Tensor {
    public var scalars: [Float] { withUnsafeBufferPointer { Array($0) } }

    /// Calls `body` with the elements for reading; copies them first if rows overlap.
    public func withUnsafeBufferPointer<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        guard isContiguous else { return try contiguous().withUnsafeBufferPointer(body) }
        return try body(UnsafeBufferPointer(start: storage.base + offset, count: count))
    }

    /// Calls `body` with where the first row begins, and how many floats lie from each row of the first dimension to the next.
    ///
    /// Within a row the elements follow one another. This is how to read a large set in place, whether or not its rows overlap.
    package func withRows<R, E: Error>(_ body: (_ base: UnsafePointer<Float>, _ stride: Int) throws(E) -> R) throws(E) -> R {
        try body(UnsafePointer(storage.base + offset), rowStride)
    }

    /// Whether all elements follow one another in memory.
    package var isContiguous: Bool { rowStride == rowLength }

    /// Elements in one row of the first dimension.
    package var rowLength: Int { Self.rowLength(of: shape) }

    /// The same elements, one after the other.
    private func contiguous() -> Tensor {
        let (rows, length) = (shape.first ?? 1, rowLength)
        return Tensor(shape: shape) { elements in
            guard let to = elements.baseAddress else { return }
            withRows { base, stride in
                for row in 0..<rows { (to + row * length).initialize(from: base + row * stride, count: length) }
            }
        }
    }

    /// Calls `body` with the elements for writing; copies them first if others share them.
    public mutating func withUnsafeMutableBufferPointer<R, E: Error>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
    ) throws(E) -> R {
        if !isContiguous {
            self = contiguous()
        } else if storage.isBorrowed || !isKnownUniquelyReferenced(&storage) {
            let copy = TensorStorage(count: count)
            copy.base.initialize(from: storage.base + offset, count: count)
            storage = copy
            offset = 0
        }
        return try body(UnsafeMutableBufferPointer(start: storage.base + offset, count: count))
    }

    /// The same elements under another shape of the same count; shares memory, unless overlapping rows become other rows.
    public func reshaped(_ shape: [Int]) -> Tensor {
        precondition(Self.count(of: shape) == count, "shape \(self.shape) cannot become \(shape)")
        if isContiguous { return Tensor(viewing: self, shape: shape, offset: offset, rowStride: Self.rowLength(of: shape)) }
        guard shape.first == self.shape.first else { return contiguous().reshaped(shape) }
        return Tensor(viewing: self, shape: shape, offset: offset, rowStride: rowStride)
    }

    /// Rows `range` of the first dimension; shares memory.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(!shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of shape \(shape)")
        return Tensor(
            viewing: self, shape: [range.count] + shape.dropFirst(), offset: offset + range.lowerBound * rowStride, rowStride: rowStride)
    }

    /// Whether no element is NaN or infinite.
    public var isFinite: Bool {
        if count == 0 { return true }
        // Rows that overlap lie in one stretch of memory, from the first row's beginning to the last row's end.
        return withRows { base, stride in
            Kernels.best.isFinite(UnsafeBufferPointer(start: base, count: ((shape.first ?? 1) - 1) * stride + rowLength))
        }
    }
}

extension Tensor: Equatable {
    /// Equal shapes and equal elements (so NaN differs from itself).
    public static func == (a: Tensor, b: Tensor) -> Bool {
        guard a.shape == b.shape else { return false }
        let length = a.rowLength
        return a.withRows { x, strideOfX in
            b.withRows { y, strideOfY in
                (0..<(a.shape.first ?? 1)).allSatisfy { row in
                    UnsafeBufferPointer(start: x + row * strideOfX, count: length).elementsEqual(
                        UnsafeBufferPointer(start: y + row * strideOfY, count: length))
                }
            }
        }
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String { "Tensor(\(shape.map(String.init).joined(separator: ", ")))" }
}
