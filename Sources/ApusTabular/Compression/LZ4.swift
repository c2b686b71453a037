package import ApusData

/// Decompression of LZ4 blocks and frames (lz4_Block_format.md and lz4_Frame_format.md of lz4/lz4).
package enum LZ4 {
    /// A byte adds at most 255 to the length of a match.
    static let largestRatio = 256

    /// Decompresses one block.
    ///
    /// - Parameter start: bytes of `output` that are filled already; matches of linked blocks reach back into them.
    /// - Returns: bytes of `output` that are filled afterwards.
    package static func decompressBlock(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, from start: Int = 0
    ) throws(DataError) -> Int {
        guard let source = input.baseAddress, let target = output.baseAddress else { throw ended }
        let end = input.count
        let size = output.count
        var position = 0
        var filled = start
        while position < end {
            let token = Int(source.load(fromByteOffset: position, as: UInt8.self))
            position += 1
            var literals = token >> 4
            if literals == 15 { literals += try extra(source, &position, end) }
            guard literals <= end - position else { throw ended }
            guard literals <= size - filled else { throw tooLong(size) }
            copyLiterals(source, at: position, available: end, target, at: filled, length: literals, capacity: size)
            position += literals
            filled += literals
            // The last sequence has no match.
            if position == end { return filled }
            guard position + 2 <= end else { throw ended }
            let distance = Int(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
            position += 2
            var length = token & 15 + 4
            if length == 19 { length += try extra(source, &position, end) }
            guard distance > 0, distance <= filled else { throw damaged("a distance of \(distance) at byte \(filled)") }
            guard length <= size - filled else { throw tooLong(size) }
            copyMatch(target, at: filled, distance: distance, length: length, capacity: size)
            filled += length
        }
        throw ended
    }

    /// Decompresses frames up to the end of `input`, which must fill `output`.
    package static func decompressFrames(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(DataError) {
        var cursor = ByteCursor(input)
        var filled = 0
        while cursor.remaining > 0 { filled = try decompressFrame(&cursor, into: output, from: filled) }
        guard filled == output.count else { throw damaged("they hold \(filled) bytes instead of \(output.count)") }
    }

    private static func decompressFrame(
        _ cursor: inout ByteCursor, into output: UnsafeMutableRawBufferPointer, from start: Int
    ) throws(DataError) -> Int {
        let magic = try cursor.number(UInt32.self)
        if magic & 0xFFFF_FFF0 == 0x184D_2A50 {  // A skippable frame.
            _ = try cursor.take(Int(try cursor.number(UInt32.self)))
            return start
        }
        guard magic == 0x184D_2204 else { throw damaged("a frame begins with \(String(magic, radix: 16))") }
        let flags = try cursor.byte()
        guard flags >> 6 == 1 else { throw damaged("a frame of version \(flags >> 6)") }
        guard flags & 1 == 0 else { throw DataError(.unsupported, "the LZ4 data need a dictionary, which is not read") }
        _ = try cursor.byte()
        if flags & 8 != 0 { _ = try cursor.number(UInt64.self) }
        // The checksum of the header.
        _ = try cursor.byte()
        var filled = start
        while true {
            let word = try cursor.number(UInt32.self)
            if word == 0 { break }
            let block = try cursor.take(Int(word & 0x7FFF_FFFF))
            if word >> 31 == 1 {
                guard block.count <= output.count - filled else { throw tooLong(output.count) }
                UnsafeMutableRawBufferPointer(rebasing: output[filled...]).copyMemory(from: block)
                filled += block.count
            } else {
                filled = try decompressBlock(block, into: output, from: filled)
            }
            if flags & 16 != 0 { _ = try cursor.number(UInt32.self) }
        }
        if flags & 4 != 0 { _ = try cursor.number(UInt32.self) }
        return filled
    }

    private static func extra(_ source: UnsafeRawPointer, _ position: inout Int, _ end: Int) throws(DataError) -> Int {
        var sum = 0
        while true {
            guard position < end else { throw ended }
            let byte = Int(source.load(fromByteOffset: position, as: UInt8.self))
            position += 1
            sum += byte
            if byte != 255 { return sum }
        }
    }

    private static func damaged(_ reason: String) -> DataError { DataError(.malformed, "the LZ4 data are damaged: \(reason)") }
    private static var ended: DataError { damaged("they end too early") }
    private static func tooLong(_ size: Int) -> DataError { damaged("they hold more than the \(size) bytes announced") }
}
