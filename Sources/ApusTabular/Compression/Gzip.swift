import ApusData
import ApusZip

/// Decompression of one gzip member (RFC 1952).
enum Gzip {
    static let largestRatio = Inflate.largestRatio

    static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(DataError) {
        var cursor = ByteCursor(input)
        guard try cursor.number(UInt16.self) == 0x8B1F, try cursor.byte() == 8 else { throw damaged("they do not begin as gzip does") }
        let flags = try cursor.byte()
        _ = try cursor.take(6)
        if flags & 4 != 0 { _ = try cursor.take(Int(try cursor.number(UInt16.self))) }
        for text in [UInt8(8), 16] where flags & text != 0 { while try cursor.byte() != 0 {} }
        if flags & 2 != 0 { _ = try cursor.take(2) }
        guard cursor.remaining >= 8 else { throw damaged("they end too early") }
        let data = try cursor.take(cursor.remaining - 8)
        let bytes: [UInt8]
        do { bytes = try Inflate.decompress(data, size: output.count) } catch { throw DataError(.malformed, error.message) }
        bytes.withUnsafeBytes { output.copyMemory(from: $0) }
        guard CRC32.of(UnsafeRawBufferPointer(output)) == (try cursor.number(UInt32.self)) else { throw damaged("their checksum is another") }
    }

    private static func damaged(_ reason: String) -> DataError { DataError(.malformed, "the gzip data are damaged: \(reason)") }
}
