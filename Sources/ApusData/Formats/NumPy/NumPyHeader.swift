/// The header of a `.npy` file: what the bytes after it mean (numpy.lib.format, versions 1.0 to 3.0).
public struct NumPyHeader: Equatable, Sendable {
    public var elementType: NumPyElementType
    public var isBigEndian: Bool
    /// Column-major: the first index varies fastest.
    public var isFortranOrder: Bool
    /// Empty for a single value; a 0 makes the array empty.
    public var shape: [Int]

    public init(elementType: NumPyElementType, isBigEndian: Bool = false, isFortranOrder: Bool = false, shape: [Int]) {
        self.elementType = elementType
        self.isBigEndian = isBigEndian
        self.isFortranOrder = isFortranOrder
        self.shape = shape
    }

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// NumPy itself refuses longer ones unless told otherwise; headers of plain arrays have about 120 bytes.
    private static let longestHeader = 10_000

    /// Reads the header at the beginning of `bytes`.
    ///
    /// - Returns: the header and the offset of the first element.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(DataError) -> (header: NumPyHeader, dataOffset: Int) {
        guard bytes.count >= 10, bytes.prefix(6).elementsEqual(magic) else {
            throw DataError(.malformed, "is not a .npy file: it does not begin with \\x93NUMPY")
        }
        let version = (major: bytes[6], minor: bytes[7])
        guard (1...3).contains(version.major), version.minor == 0 else {
            throw DataError(.unsupported, ".npy version \(version.major).\(version.minor) is not known; versions 1.0 to 3.0 are read")
        }
        let lengthSize = version.major == 1 ? 2 : 4
        guard bytes.count >= 8 + lengthSize else { throw DataError(.malformed, "the .npy file ends inside its header") }
        let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        guard length <= longestHeader else {
            throw DataError(.malformed, "the .npy header claims \(length) bytes; at most \(longestHeader) are read")
        }
        let start = 8 + lengthSize
        guard bytes.count >= start + length else {
            throw DataError(.malformed, "the .npy file ends inside its header: \(length) bytes announced, \(bytes.count - start) there")
        }
        var parser = NumPyHeaderParser(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
        return (try parser.parse(), start + length)
    }

    /// Elements in the array; throws when the shape overflows.
    func elementCount() throws(DataError) -> Int {
        if shape.contains(0) { return 0 }
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= Int.max / elementType.size else {
                throw DataError(.malformed, "the .npy shape \(tupleText) is too large for any memory")
            }
            count = product
        }
        return count
    }

    /// The shape as Python writes a tuple: `(3,)`, `(2, 3)`, `()`.
    var tupleText: String { shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))" }

    /// The file's bytes up to the first element, byte for byte what `numpy.save` writes (version 1.0).
    func encoded() -> [UInt8] {
        var text = "{'descr': '\(descriptor)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': \(tupleText), }"
        // NumPy leaves room to grow the first (or last) axis in place up to 21 digits.
        if let growing = isFortranOrder ? shape.last : shape.first {
            text += String(repeating: " ", count: 21 - String(growing).utf8.count)
        }
        let length = text.utf8.count + 1
        let padding = 64 - (Self.magic.count + 4 + length) % 64
        text += String(repeating: " ", count: padding) + "\n"
        let total = length + padding
        precondition(total < 65536, "an array of more than 3,000 dimensions")
        return Self.magic + [1, 0, UInt8(total & 0xFF), UInt8(total >> 8)] + Array(text.utf8)
    }

    private var descriptor: String { isBigEndian && elementType.size > 1 ? ">" + elementType.rawValue : elementType.descriptor }
}
