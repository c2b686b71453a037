/// An array read from a `.npy` file: checked header, elements converted on request, the file mapped and not copied.
public struct NumPyArray: Sendable {
    public let header: NumPyHeader
    /// Number of elements: the product of the shape.
    public let count: Int
    private let storage: Storage
    private let dataOffset: Int

    private enum Storage: Sendable {
        case mapped(MappedFile, Range<Int>)
        case bytes([UInt8])
    }

    public var shape: [Int] { header.shape }
    public var elementType: NumPyElementType { header.elementType }

    /// Maps the file `path`.
    ///
    /// - Throws: `DataError` when the file is missing, is not `.npy`, holds objects or records, or is shorter or longer than its header says.
    public init(path: String) throws(DataError) {
        let file = try MappedFile(path: path)
        try self.init(file: file, range: 0..<file.bytes.count)
    }

    /// The array in a part of a mapped file.
    init(file: MappedFile, range: Range<Int>) throws(DataError) {
        do throws(DataError) {
            (header, count, dataOffset) = try Self.check(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        } catch {
            throw DataError(error.code, error.message, source: file.path)
        }
        storage = .mapped(file, range)
    }

    /// Reads an array from bytes in memory.
    public init(bytes: [UInt8]) throws(DataError) {
        (header, count, dataOffset) = try bytes.withBytes { (bytes) throws(DataError) in try Self.check(bytes) }
        storage = .bytes(bytes)
    }

    private static func check(_ bytes: UnsafeRawBufferPointer) throws(DataError) -> (NumPyHeader, count: Int, dataOffset: Int) {
        let (header, dataOffset) = try NumPyHeader.parse(bytes)
        let count = try header.elementCount()
        let expected = count * header.elementType.size
        let there = bytes.count - dataOffset
        guard there == expected else {
            let what = there < expected ? "truncated" : "longer than it should be"
            throw DataError(
                .malformed,
                "the .npy file is \(what): \(header.elementType.rawValue) of shape \(header.tupleText) needs \(expected) bytes, \(there) are there")
        }
        return (header, count, dataOffset)
    }

    /// Calls `body` with the element bytes in the file's own order.
    func withElementBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        switch storage {
        case .mapped(let file, let range): body(UnsafeRawBufferPointer(rebasing: file.bytes[range].dropFirst(dataOffset)))
        case .bytes(let bytes): bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[dataOffset...])) }
        }
    }

    /// The mapped Float32 values themselves, when nothing needs converting: little-endian `f4` in row-major order in a file.
    var mappedFloats: SharedFloats? {
        guard case .mapped(let file, let range) = storage, elementType == .float32, !header.isBigEndian, isRowMajor,
            (range.lowerBound + dataOffset) % 4 == 0
        else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range].dropFirst(dataOffset))
        return SharedFloats(values: bytes.bindMemory(to: Float.self), owner: file)
    }

    /// Whether the bytes are in row-major order; also true of a column-major array with at most one real dimension.
    var isRowMajor: Bool { !header.isFortranOrder || shape.count { $0 != 1 } <= 1 }
}

extension NumPyArray {
    /// An array over element bytes whose length was already checked against the header.
    init(header: NumPyHeader, elements: [UInt8]) {
        self.header = header
        count = elements.count / header.elementType.size
        storage = .bytes(elements)
        dataOffset = 0
    }
}
