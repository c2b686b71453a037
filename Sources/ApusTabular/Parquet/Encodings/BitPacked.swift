package import ApusData

/// Numbers of the same width in bits, the lowest bit first, as Parquet's hybrid and delta encodings pack them.
package enum BitPacked {
    /// Unpacks `count` numbers of `width` bits from the front of `bytes`.
    ///
    /// - Parameter width: 0 to 64, and at most the bits of `Number`.
    package static func unpack<Number: FixedWidthInteger & UnsignedInteger>(
        _ bytes: UnsafeRawBufferPointer, width: Int, count: Int, into output: UnsafeMutablePointer<Number>
    ) throws(DataError) {
        guard (0...Number.bitWidth).contains(width) else { throw DataError(.malformed, "packed numbers of \(width) bits") }
        guard count <= bytes.count * 8 / max(width, 1) || width == 0 else { throw ByteCursor.ended }
        guard width > 0, let start = bytes.baseAddress else {
            output.update(repeating: 0, count: count)
            return
        }
        let mask: UInt64 = width == 64 ? .max : 1 << UInt64(width) - 1
        // A word from the byte where a number begins holds all of it up to 57 bits, as long as the word lies within the bytes.
        let quick = width <= 57 && bytes.count >= 8 ? min(count, (bytes.count - 8) * 8 / width) : 0
        var bit = 0
        for index in 0..<quick {
            let word = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self))
            output[index] = Number(truncatingIfNeeded: word >> UInt64(bit & 7) & mask)
            bit += width
        }
        for index in quick..<count {
            var value: UInt64 = 0
            var filled = 0
            while filled < width {
                let taken = min(8 - bit & 7, width - filled)
                let piece = UInt64(bytes[bit >> 3]) >> UInt64(bit & 7) & (1 << UInt64(taken) - 1)
                value |= piece << UInt64(filled)
                filled += taken
                bit += taken
            }
            output[index] = Number(truncatingIfNeeded: value)
        }
    }
}
