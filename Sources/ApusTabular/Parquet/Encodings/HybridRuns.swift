package import ApusData

/// Parquet's hybrid of run lengths and bit-packed groups of eight (Encodings.md, "RLE = 3").
package enum HybridRuns {
    /// Decodes the first `count` numbers of `width` bits.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, width: Int, count: Int, into output: UnsafeMutablePointer<UInt32>
    ) throws(DataError) {
        guard (0...32).contains(width) else { throw DataError(.malformed, "numbers of \(width) bits") }
        var cursor = ByteCursor(bytes)
        var filled = 0
        if width == 0 {  // All are zero, and not every writer says how many.
            output.update(repeating: 0, count: count)
            return
        }
        while filled < count {
            let header = try cursor.size()
            if header & 1 == 0 {
                let value = try number(&cursor, bytes: (width + 7) / 8)
                guard width == 32 || value < 1 << UInt32(width) else {
                    throw DataError(.malformed, "a run of \(value), which has more than \(width) bits")
                }
                let length = min(header >> 1, count - filled)
                (output + filled).update(repeating: value, count: length)
                filled += length
            } else {
                let length = min((header >> 1) * 8, count - filled)
                let size = (header >> 1) * width
                // The last group may be cut off behind the numbers that are needed.
                let packed = try cursor.take(min(size, cursor.remaining))
                try BitPacked.unpack(packed, width: width, count: length, into: output + filled)
                filled += length
            }
        }
    }

    /// Whether the first `count` numbers of one bit are one run of ones: no value is missing, which is the usual case.
    static func isAllOnes(_ bytes: UnsafeRawBufferPointer, count: Int) -> Bool {
        var cursor = ByteCursor(bytes)
        guard let header = try? cursor.size(), header & 1 == 0, header >> 1 >= count, let value = try? cursor.byte() else { return false }
        return value == 1
    }

    private static func number(_ cursor: inout ByteCursor, bytes: Int) throws(DataError) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<bytes { value |= UInt32(try cursor.byte()) << UInt32(8 * index) }
        return value
    }
}
