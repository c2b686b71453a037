/// A PyTorch tensor: a view of a storage that other tensors of the file may share.
public struct TorchTensor: Sendable {
    public let elementType: ElementType
    public let shape: [Int]
    /// Number of elements: the product of the shape.
    public let count: Int
    private let storage: TorchStorage
    /// First element, and steps along each dimension, in elements.
    private let offset: Int
    private let strides: [Int]

    /// Far beyond any weight; views with a stride of 0 can claim any size.
    private static let largestExpansion = 1 << 26

    init(storage: TorchStorage, elementType: ElementType, offset: Int, shape: [Int], strides: [Int]) throws(ModelFileError) {
        guard shape.count == strides.count, shape.count <= 64, offset >= 0, (shape + strides).allSatisfy({ $0 >= 0 }) else {
            throw .damagedTorch("a tensor has the shape \(shape), the strides \(strides) and the offset \(offset)")
        }
        var count = shape.contains(0) ? 0 : 1
        var last = offset
        if count > 0 {
            for (extent, stride) in zip(shape, strides) {
                let (product, overflow) = count.multipliedReportingOverflow(by: extent)
                let (step, stepOverflow) = (extent - 1).multipliedReportingOverflow(by: stride)
                let (end, endOverflow) = last.addingReportingOverflow(step)
                guard !overflow, !stepOverflow, !endOverflow else { throw .damagedTorch("the shape \(shape) of a tensor overflows") }
                (count, last) = (product, end)
            }
        }
        let available = storage.bytes.count / elementType.size
        guard count == 0 || last < available else {
            throw .damagedTorch("a tensor of the shape \(shape) ends at element \(last), and its storage has \(available)")
        }
        guard count <= max(available, Self.largestExpansion) else { throw .damagedTorch("a tensor of the shape \(shape) repeats too few values") }
        self.elementType = elementType
        self.shape = shape
        self.count = count
        self.storage = storage
        self.offset = offset
        self.strides = strides
    }

    /// Float32 values in row-major order, for writing.
    public init(_ array: WeightArray) {
        storage = TorchStorage(bytes: array.values.withUnsafeBytes { Array($0)[...] }, isBigEndian: false)
        elementType = .float32
        shape = array.shape
        count = array.values.count
        offset = 0
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in strides.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(1, shape[axis + 1]) }
        self.strides = strides
    }

    /// The values in row-major order; float64 and large integers are rounded to Float32.
    public var array: WeightArray {
        guard count > 0 else { return WeightArray(shape: shape, values: []) }
        let values = storage.bytes.withUnsafeBytes { bytes in
            [Float](unsafeUninitializedCapacity: count) { buffer, filled in
                var position = [Int](repeating: 0, count: shape.count)
                var element = offset
                for index in 0..<count {
                    buffer.initializeElement(
                        at: index, to: elementType.float(bytes, at: element * elementType.size, isBigEndian: storage.isBigEndian))
                    var axis = shape.count - 1
                    while axis >= 0 {
                        position[axis] += 1
                        element += strides[axis]
                        if position[axis] < shape[axis] { break }
                        element -= strides[axis] * shape[axis]
                        position[axis] = 0
                        axis -= 1
                    }
                }
                filled = count
            }
        }
        return WeightArray(shape: shape, values: values)
    }

}

/// The raw elements that tensors are views of.
struct TorchStorage: Sendable {
    let bytes: ArraySlice<UInt8>
    let isBigEndian: Bool
}

extension ModelFileError {
    static func damagedTorch(_ reason: String) -> ModelFileError {
        ModelFileError(.damaged, "the PyTorch file is damaged: \(reason)", hint: "Copy or download it again.")
    }
}
