/// Little-endian numbers and counted strings, appended to a byte array.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: Double) { append(value.bitPattern) }

    mutating func append(_ text: String) {
        append(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// The text padded with zeros to exactly `size` bytes.
    mutating func append(_ text: String, size: Int) {
        precondition(text.utf8.count <= size)
        bytes.append(contentsOf: text.utf8)
        bytes.append(contentsOf: repeatElement(0, count: size - text.utf8.count))
    }

    mutating func append(contentsOf other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }
}

/// Reads what `ByteWriter` wrote; nil as soon as the bytes do not suffice, so that a size in a file is never believed.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value? {
        guard let bytes = take(MemoryLayout<Value>.size) else { return nil }
        return bytes.reversed().reduce(0) { ($0 << 8) | Value(truncatingIfNeeded: $1) }
    }

    mutating func double() -> Double? { integer(UInt64.self).map(Double.init(bitPattern:)) }

    mutating func string() -> String? {
        guard let count = integer(UInt32.self), let bytes = take(Int(count)) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A zero-padded text of exactly `size` bytes.
    mutating func string(size: Int) -> String? {
        guard let bytes = take(size) else { return nil }
        return String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// The bytes of `values`, little-endian as every platform this runs on.
func bytes(of values: [Float]) -> [UInt8] { values.withUnsafeBytes { [UInt8]($0) } }

/// The floats in `bytes`, or nil when their number is not a multiple of four.
func floats(of bytes: ArraySlice<UInt8>) -> [Float]? {
    guard bytes.count % 4 == 0 else { return nil }
    return [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
        count = bytes.count / 4
    }
}
