/// The CRC-32 of ISO 3309 (Ethernet, zip, PNG), reflected polynomial 0xEDB88320.
package enum CRC32 {
    /// For each value of a byte, what it contributes at a distance of 0 to 7 bytes ("slicing by 8").
    private static let tables: [UInt32] = {
        var tables = (0..<256).map { byte in (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1) * 0xEDB8_8320 } }
        for index in 256..<2048 { tables.append(tables[index - 256] >> 8 ^ tables[Int(tables[index - 256] & 255)]) }
        return tables
    }()

    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var value = ~UInt32(0)
            var position = 0
            while position + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ UInt64(value)
                value = 0
                for byte in 0..<8 { value ^= tables[(7 - byte) * 256 + Int(word >> UInt64(byte * 8) & 255)] }
                position += 8
            }
            while position < bytes.count {
                value = value >> 8 ^ tables[Int((value ^ UInt32(bytes[position])) & 255)]
                position += 1
            }
            return ~value
        }
    }
}
