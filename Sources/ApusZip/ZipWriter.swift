/// Writes a zip archive of stored members piece by piece; Zip64 where a size or an offset needs it.
///
/// The date of all members is the first one that zip knows, so that equal contents make equal files.
package struct ZipWriter<Failure: Error> {
    private let output: (UnsafeRawBufferPointer) throws(Failure) -> Void
    private var offset = 0
    private var directory: [UInt8] = []
    private var count = 0

    /// - Parameter output: takes the bytes of the archive in order.
    package init(output: @escaping (UnsafeRawBufferPointer) throws(Failure) -> Void) { self.output = output }

    /// Adds a member whose content is `pieces`, one behind the other.
    /// - Parameter alignment: the content begins at a multiple of so many bytes, for readers that map it.
    package mutating func add(_ name: String, pieces: [UnsafeRawBufferPointer], alignment: Int = 1) throws(Failure) {
        var checksum = CRC32()
        for piece in pieces { checksum.update(piece) }
        let size = pieces.reduce(0) { $0 + $1.count }
        let isLarge = size >= 0xFFFF_FFFF
        var extra = isLarge ? Self.number(1, 2) + Self.number(16, 2) + Self.number(size, 8) + Self.number(size, 8) : []
        if alignment > 1 {
            // A field of unknown kind, which readers skip; it has a header of four bytes.
            let unpadded = offset + 30 + name.utf8.count + extra.count + 4
            let padding = (alignment - unpadded % alignment) % alignment
            extra += Self.number(0x4150, 2) + Self.number(padding, 2) + [UInt8](repeating: 0, count: padding)
        }
        // Version 4.5 with Zip64, else 2.0; bit 11 says that names are UTF-8; 1980-01-01.
        let common =
            Self.number(isLarge ? 45 : 20, 2) + Self.number(1 << 11, 2) + Self.number(0, 2) + Self.number(0, 2) + Self.number(0x21, 2)
            + Self.number(Int(checksum.value), 4)
        let shortSize = Self.number(min(size, 0xFFFF_FFFF), 4)
        let header = offset
        try write(
            Self.number(0x0403_4B50, 4) + common + shortSize + shortSize + Self.number(name.utf8.count, 2) + Self.number(extra.count, 2)
                + Array(name.utf8) + extra)
        for piece in pieces {
            try output(piece)
            offset += piece.count
        }
        var large: [UInt8] = isLarge ? Self.number(size, 8) + Self.number(size, 8) : []
        if header >= 0xFFFF_FFFF { large += Self.number(header, 8) }
        if !large.isEmpty { large = Self.number(1, 2) + Self.number(large.count, 2) + large }
        directory += Self.number(0x0201_4B50, 4) + Self.number(large.isEmpty ? 20 : 45, 2) + common + shortSize + shortSize
        directory += Self.number(name.utf8.count, 2) + Self.number(large.count, 2) + Self.number(0, 2) + Self.number(0, 2) + Self.number(0, 2)
        directory += Self.number(0, 4) + Self.number(min(header, 0xFFFF_FFFF), 4) + Array(name.utf8) + large
        count += 1
    }

    package mutating func add(_ name: String, _ content: [UInt8], alignment: Int = 1) throws(Failure) {
        try content.withUnsafeBufferPointer { (content) throws(Failure) in
            try add(name, pieces: [UnsafeRawBufferPointer(content)], alignment: alignment)
        }
    }

    /// Writes the directory, behind which an archive ends.
    package mutating func finish() throws(Failure) {
        let (start, size) = (offset, directory.count)
        try write(directory)
        if count >= 0xFFFF || start >= 0xFFFF_FFFF {
            let record = offset
            try write(
                Self.number(0x0606_4B50, 4) + Self.number(44, 8) + Self.number(45, 2) + Self.number(45, 2) + Self.number(0, 8)
                    + Self.number(count, 8) + Self.number(count, 8) + Self.number(size, 8) + Self.number(start, 8))
            try write(Self.number(0x0706_4B50, 4) + Self.number(0, 4) + Self.number(record, 8) + Self.number(1, 4))
        }
        let shortCount = Self.number(min(count, 0xFFFF), 2)
        try write(
            Self.number(0x0605_4B50, 4) + Self.number(0, 4) + shortCount + shortCount + Self.number(min(size, 0xFFFF_FFFF), 4)
                + Self.number(min(start, 0xFFFF_FFFF), 4) + Self.number(0, 2))
    }

    private mutating func write(_ bytes: [UInt8]) throws(Failure) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in try output(UnsafeRawBufferPointer(bytes)) }
        offset += bytes.count
    }

    private static func number(_ value: Int, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}
