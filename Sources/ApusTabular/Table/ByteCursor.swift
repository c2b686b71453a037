import ApusData

/// Reads numbers and pieces of bytes from the front, never beyond the end.
package struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    /// What is left, without taking it.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[position...]) }

    mutating func byte() throws(DataError) -> UInt8 {
        guard position < bytes.count else { throw Self.ended }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func take(_ count: Int) throws(DataError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw Self.ended }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(DataError) -> Number {
        let piece = try take(MemoryLayout<Number>.size)
        return Number(littleEndian: piece.loadUnaligned(as: Number.self))
    }

    /// Seven bits a byte, lowest first (ULEB128).
    mutating func varint() throws(DataError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw DataError(.malformed, "a number of variable length does not end")
    }

    /// A varint whose lowest bit is the sign.
    mutating func zigzag() throws(DataError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A varint that counts something, below 2^31.
    mutating func size() throws(DataError) -> Int {
        let value = try varint()
        guard value <= UInt64(Int32.max) else { throw DataError(.malformed, "a size of \(value) is out of range") }
        return Int(value)
    }

    static let ended = DataError(.malformed, "the bytes end too early; the file is damaged or cut off")
}
