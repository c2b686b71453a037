/// Reads the fields of a protocol buffer message one by one, with every length checked against what is left.
struct ProtobufReader {
    enum Value {
        case integer(UInt64)
        case data(ArraySlice<UInt8>)
        /// Four or eight bytes.
        case fixed(ArraySlice<UInt8>)
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    /// The next field; nil at the end.
    mutating func next() throws(ModelFileError) -> (field: Int, value: Value)? {
        guard !isAtEnd else { return nil }
        let key = try varint()
        guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw Self.malformed }
        let value: Value =
            switch key & 7 {
            case 0: .integer(try varint())
            case 1: .fixed(try take(8))
            case 2: .data(try take(try varint()))
            case 5: .fixed(try take(4))
            default: throw Self.malformed
            }
        return (Int(key >> 3), value)
    }

    private mutating func take(_ count: UInt64) throws(ModelFileError) -> ArraySlice<UInt8> {
        guard count <= UInt64(bytes.endIndex - position) else { throw Self.malformed }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }

    /// The next number alone, as packed fields hold them.
    mutating func varint() throws(ModelFileError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.endIndex else { throw Self.malformed }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Self.malformed
    }

    static var malformed: ModelFileError {
        ModelFileError(.damaged, "this is not a whole ONNX file: its fields do not fit into it", hint: "Copy or download it again.")
    }
}
