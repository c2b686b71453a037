package import ApusData

/// Decompression of raw Snappy data (google/snappy, format_description.txt), as in Parquet's pages.
package enum Snappy {
    /// Three bytes make at most 64, so that what claims much more is refused before memory is taken for it.
    static let largestRatio = 24

    /// - Parameter output: as large as the data must decompress to.
    package static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(DataError) {
        var cursor = ByteCursor(input)
        let size = try cursor.size()
        guard size == output.count else { throw damaged("they announce \(size) bytes instead of \(output.count)") }
        guard let source = input.baseAddress, let target = output.baseAddress, size > 0 else { return }
        let end = input.count
        var position = cursor.position
        var filled = 0
        while position < end {
            let tag = Int(source.load(fromByteOffset: position, as: UInt8.self))
            position += 1
            if tag & 3 == 0 {
                var length = tag >> 2
                if length >= 60 {
                    let bytes = length - 59
                    guard bytes <= end - position else { throw ended }
                    length = 0
                    for index in 0..<bytes { length |= Int(source.load(fromByteOffset: position + index, as: UInt8.self)) << (8 * index) }
                    position += bytes
                }
                length += 1
                guard length <= end - position else { throw ended }
                guard length <= size - filled else { throw damaged("they hold more than the \(size) bytes announced") }
                copyLiterals(source, at: position, available: end, target, at: filled, length: length, capacity: size)
                position += length
                filled += length
                continue
            }
            let length: Int
            let distance: Int
            switch tag & 3 {
            case 1:
                guard position < end else { throw ended }
                length = (tag >> 2) & 7 + 4
                distance = (tag >> 5) << 8 | Int(source.load(fromByteOffset: position, as: UInt8.self))
                position += 1
            case 2:
                guard position + 2 <= end else { throw ended }
                length = tag >> 2 + 1
                distance = Int(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
                position += 2
            default:
                guard position + 4 <= end else { throw ended }
                length = tag >> 2 + 1
                distance = Int(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
                position += 4
            }
            guard distance > 0, distance <= filled else { throw damaged("a distance of \(distance) at byte \(filled)") }
            guard length <= size - filled else { throw damaged("they hold more than the \(size) bytes announced") }
            copyMatch(target, at: filled, distance: distance, length: length, capacity: size)
            filled += length
        }
        guard filled == size else { throw ended }
    }

    private static func damaged(_ reason: String) -> DataError { DataError(.malformed, "the Snappy data are damaged: \(reason)") }
    private static var ended: DataError { damaged("they end too early") }
}
