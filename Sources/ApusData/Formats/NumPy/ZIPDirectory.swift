/// The members of a zip archive by its central directory (PKWARE APPNOTE 6.3.10, 4.3), with Zip64.
///
/// Local headers are used only to find where the data begin: `numpy.savez` writes placeholder sizes there.
struct ZIPDirectory {
    struct Member {
        var name: String
        /// 0 is stored, 8 deflate.
        var method: Int
        /// The member's bytes in the file, as they are stored.
        var range: Range<Int>
    }

    let members: [Member]
    private static let mostMembers = 100_000

    init(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
        let (count, offset) = try Self.directory(bytes)
        var reader = ZIPReader(bytes: bytes, position: offset)
        var members: [Member] = []
        for _ in 0..<count { members.append(try Self.member(&reader)) }
        self.members = members
    }

    /// Finds the end record (the last one, behind at most 64 KB of comment) and returns member count and directory offset.
    private static func directory(_ bytes: UnsafeRawBufferPointer) throws(DataError) -> (count: Int, offset: Int) {
        let endSize = 22
        let first = max(0, bytes.count - endSize - 0xFFFF)
        var position = bytes.count - endSize
        while position >= first, position >= 0 {
            var reader = ZIPReader(bytes: bytes, position: position)
            if try reader.number(4) == 0x0605_4B50 {
                reader.position += 6
                let count = try reader.number(2)
                reader.position += 4
                let offset = try reader.number(4)
                guard count == 0xFFFF || offset == 0xFFFF_FFFF else { return (count, offset) }
                return try directory64(bytes, locator: position - 20)
            }
            position -= 1
        }
        throw DataError(.malformed, "the zip archive has no directory at its end: it is truncated or no archive")
    }

    private static func directory64(_ bytes: UnsafeRawBufferPointer, locator: Int) throws(DataError) -> (count: Int, offset: Int) {
        var reader = ZIPReader(bytes: bytes, position: locator)
        guard try reader.number(4) == 0x0706_4B50 else { throw reader.malformed("expected a Zip64 locator") }
        reader.position += 4
        reader.position = try reader.number(8)
        guard try reader.number(4) == 0x0606_4B50 else { throw reader.malformed("expected a Zip64 end record") }
        reader.position += 28
        let count = try reader.number(8)
        reader.position += 8
        guard count <= mostMembers else { throw reader.malformed("\(count) members") }
        return (count, try reader.number(8))
    }

    private static func member(_ reader: inout ZIPReader) throws(DataError) -> Member {
        guard try reader.number(4) == 0x0201_4B50 else { throw reader.malformed("expected a directory entry") }
        reader.position += 6
        let method = try reader.number(2)
        reader.position += 8
        var compressed = try reader.number(4)
        var size = try reader.number(4)
        let nameLength = try reader.number(2)
        let extraLength = try reader.number(2)
        let commentLength = try reader.number(2)
        reader.position += 8
        var offset = try reader.number(4)
        let name = String(decoding: try reader.take(nameLength), as: UTF8.self)
        let extraEnd = reader.position + extraLength
        while reader.position + 4 <= extraEnd {
            let kind = try reader.number(2)
            let end = try reader.number(2) + reader.position
            if kind == 1 {
                // Only the fields that did not fit, in this order.
                if size == 0xFFFF_FFFF { size = try reader.number(8) }
                if compressed == 0xFFFF_FFFF { compressed = try reader.number(8) }
                if offset == 0xFFFF_FFFF { offset = try reader.number(8) }
            }
            reader.position = end
        }
        reader.position = extraEnd + commentLength
        return Member(name: name, method: method, range: try dataRange(reader.bytes, header: offset, size: compressed))
    }

    private static func dataRange(_ bytes: UnsafeRawBufferPointer, header: Int, size: Int) throws(DataError) -> Range<Int> {
        var reader = ZIPReader(bytes: bytes, position: header)
        guard try reader.number(4) == 0x0403_4B50 else { throw reader.malformed("expected a member") }
        reader.position += 22
        let nameLength = try reader.number(2)
        let extraLength = try reader.number(2)
        let start = reader.position + nameLength + extraLength
        guard start <= bytes.count, size <= bytes.count - start else {
            throw reader.malformed("a member of \(size) bytes does not fit into the file")
        }
        return start..<start + size
    }
}

/// Little-endian numbers at a position that may be anywhere until it is read.
private struct ZIPReader {
    let bytes: UnsafeRawBufferPointer
    var position: Int

    func malformed(_ reason: String) -> DataError { DataError(.malformed, "the zip archive is wrong at byte \(position): \(reason)") }

    mutating func take(_ count: Int) throws(DataError) -> UnsafeRawBufferPointer {
        guard position >= 0, position <= bytes.count, count <= bytes.count - position else { throw malformed("the file ends too early") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func number(_ size: Int) throws(DataError) -> Int {
        let value = try take(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // Half of the range, so that adding two of them cannot overflow.
        guard value < 1 << 62 else { throw malformed("the number \(value) is too large") }
        return Int(value)
    }
}
