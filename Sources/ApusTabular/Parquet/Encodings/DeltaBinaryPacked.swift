package import ApusData

/// Parquet's packed differences of whole numbers (Encodings.md, "DELTA_BINARY_PACKED = 5").
package enum DeltaBinaryPacked {
    /// Decodes the `count` numbers at the front of `cursor`, which then stands behind them; sums wrap at 64 bits.
    package static func decode(_ cursor: inout ByteCursor, count: Int, into output: UnsafeMutablePointer<UInt64>) throws(DataError) {
        let blockSize = try cursor.size()
        let miniblocks = try cursor.size()
        let total = try cursor.size()
        var value = UInt64(bitPattern: try cursor.zigzag())
        guard total == count else { throw DataError(.malformed, "there are \(total) packed differences instead of \(count)") }
        guard blockSize > 0, miniblocks > 0, blockSize % miniblocks == 0, (blockSize / miniblocks) % 8 == 0 else {
            throw DataError(.malformed, "packed differences in blocks of \(blockSize) and \(miniblocks) parts")
        }
        guard count > 0 else { return }
        output[0] = value
        var filled = 1
        let size = blockSize / miniblocks
        while filled < count {
            let least = UInt64(bitPattern: try cursor.zigzag())
            let widths = try cursor.take(miniblocks)
            for width in widths where filled < count {
                let length = min(size, count - filled)
                let bytes = size / 8 * Int(width)
                // The last part may be cut off behind the numbers that are needed.
                let packed = try cursor.take(min(bytes, cursor.remaining))
                try BitPacked.unpack(packed, width: Int(width), count: length, into: output + filled)
                for index in filled..<filled + length {
                    value = value &+ least &+ output[index]
                    output[index] = value
                }
                filled += length
            }
        }
    }
}
