/// The members of a zip archive by its central directory (PKWARE APPNOTE 6.3.10, 4.3), with Zip64.
///
/// Local headers are used only to find where the data begin: `numpy.savez` writes placeholder sizes there. Members that overlap, repeat a
/// name or do not fit into the file are refused before any content is read, and so are contents that claim more than their bytes can hold.
package struct ZipArchive: Sendable {
    package struct Member: Sendable {
        package var name: String
        /// 0 is stored, 8 deflate.
        package var method: Int
        /// Bytes of the content.
        package var size: Int
        package var checksum: UInt32
        /// The member's bytes in the file, as they are stored.
        package var range: Range<Int>
        fileprivate var isEncrypted: Bool
        fileprivate var headerOffset: Int

        package var isStored: Bool { method == 0 }
    }

    package let members: [Member]

    package init(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
        let (count, offset) = try Self.directory(bytes)
        // An entry has at least 46 bytes, which bounds what a count can make this allocate.
        guard offset <= bytes.count, count <= (bytes.count - offset) / 46 else {
            throw ZipError(.malformed, "the zip archive is wrong: \(count) members do not fit into its directory")
        }
        var reader = ZipReader(bytes: bytes, position: offset)
        var members: [Member] = []
        var names: Set<String> = []
        for _ in 0..<count {
            let member = try Self.member(&reader)
            guard names.insert(member.name).inserted else {
                throw ZipError(.malformed, "the zip archive has two members called '\(member.name.prefix(80))'")
            }
            members.append(member)
        }
        var end = 0
        for member in members.sorted(by: { $0.headerOffset < $1.headerOffset }) {
            guard member.headerOffset >= end else {
                throw ZipError(.malformed, "the zip archive is wrong: '\(member.name.prefix(80))' overlaps another member")
            }
            end = member.range.upperBound
        }
        self.members = members
    }

    package subscript(name: String) -> Member? { members.first { $0.name == name } }

    /// The content of `member`, decompressed and checked against its checksum.
    ///
    /// - Parameters:
    ///   - bytes: the whole archive.
    ///   - limit: most bytes that are wanted.
    package func contents(of member: Member, in bytes: UnsafeRawBufferPointer, limit: Int) throws(ZipError) -> [UInt8] {
        guard member.size <= limit else {
            throw ZipError(.malformed, "'\(member.name)' claims \(member.size) bytes; at most \(limit) are read")
        }
        try check(member)
        let stored = UnsafeRawBufferPointer(rebasing: bytes[member.range])
        let contents: [UInt8]
        if member.isStored {
            contents = Array(stored)
        } else {
            do { contents = try Inflate.decompress(stored, size: member.size) } catch {
                throw ZipError(error.code, "'\(member.name)': \(error.message)")
            }
        }
        guard contents.withUnsafeBytes(CRC32.of) == member.checksum else {
            throw ZipError(.malformed, "'\(member.name)' is damaged: its checksum is another one")
        }
        return contents
    }

    /// Throws when the content of `member` is one that is not read: encrypted, or compressed otherwise than by deflate.
    package func check(_ member: Member) throws(ZipError) {
        guard !member.isEncrypted else { throw ZipError(.unsupported, "'\(member.name)' is encrypted; write the archive without a password") }
        guard member.method == 0 || member.method == 8 else {
            throw ZipError(.unsupported, "'\(member.name)' is compressed with method \(member.method); stored and deflated members are read")
        }
        guard !member.isStored || member.size == member.range.count else {
            throw ZipError(.malformed, "'\(member.name)' is stored in \(member.range.count) bytes and claims \(member.size)")
        }
    }
}

// MARK: The directory

extension ZipArchive {
    /// Finds the end record (the last one, behind at most 64 KB of comment) and returns member count and directory offset.
    private static func directory(_ bytes: UnsafeRawBufferPointer) throws(ZipError) -> (count: Int, offset: Int) {
        let endSize = 22
        let first = max(0, bytes.count - endSize - 0xFFFF)
        var position = bytes.count - endSize
        while position >= first, position >= 0 {
            if bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self) == UInt32(littleEndian: 0x0605_4B50) {
                var reader = ZipReader(bytes: bytes, position: position + 10)
                let count = try reader.number(2)
                reader.position += 4
                let offset = try reader.number(4)
                guard count == 0xFFFF || offset == 0xFFFF_FFFF else { return (count, offset) }
                return try directory64(bytes, locator: position - 20)
            }
            position -= 1
        }
        throw ZipError(.malformed, "the zip archive has no directory at its end: it is truncated or no archive")
    }

    private static func directory64(_ bytes: UnsafeRawBufferPointer, locator: Int) throws(ZipError) -> (count: Int, offset: Int) {
        var reader = ZipReader(bytes: bytes, position: locator)
        guard try reader.number(4) == 0x0706_4B50 else { throw reader.malformed("expected a Zip64 locator") }
        reader.position += 4
        reader.position = try reader.number(8)
        guard try reader.number(4) == 0x0606_4B50 else { throw reader.malformed("expected a Zip64 end record") }
        reader.position += 28
        let count = try reader.number(8)
        reader.position += 8
        return (count, try reader.number(8))
    }

    private static func member(_ reader: inout ZipReader) throws(ZipError) -> Member {
        guard try reader.number(4) == 0x0201_4B50 else { throw reader.malformed("expected a directory entry") }
        reader.position += 4
        let flags = try reader.number(2)
        let method = try reader.number(2)
        reader.position += 4
        let checksum = UInt32(try reader.number(4))
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
        return Member(
            name: name, method: method, size: size, checksum: checksum, range: try dataRange(reader.bytes, header: offset, size: compressed),
            isEncrypted: flags & 1 == 1, headerOffset: offset)
    }

    private static func dataRange(_ bytes: UnsafeRawBufferPointer, header: Int, size: Int) throws(ZipError) -> Range<Int> {
        var reader = ZipReader(bytes: bytes, position: header)
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
private struct ZipReader {
    let bytes: UnsafeRawBufferPointer
    var position: Int

    func malformed(_ reason: String) -> ZipError { ZipError(.malformed, "the zip archive is wrong at byte \(position): \(reason)") }

    mutating func take(_ count: Int) throws(ZipError) -> UnsafeRawBufferPointer {
        guard position >= 0, position <= bytes.count, count <= bytes.count - position else { throw malformed("the file ends too early") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func number(_ size: Int) throws(ZipError) -> Int {
        let value = try take(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // Half of the range, so that adding two of them cannot overflow.
        guard value < 1 << 62 else { throw malformed("the number \(value) is too large") }
        return Int(value)
    }
}
