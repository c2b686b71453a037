import Crypto

/// Named sections of bytes in one file, each with a checksum.
///
/// Little-endian layout, version 1:
///
///     0   "APUSCKPT"                            magic number
///     8   u32 version, u32 sections n           (n ≤ 64)
///     16  u64 length of the whole file
///     24  n × (24 bytes name, zero padded · u64 offset · u64 length · SHA-256 of the section)
///     …   SHA-256 of all the above
///     …   the sections, one after the other, nothing between and nothing after
package struct CheckpointContainer: Equatable {
    static let magic = "APUSCKPT"
    static let version: UInt32 = 1
    private static let maximumSections = 64
    private static let nameSize = 24
    private static let entrySize = 24 + 8 + 8 + 32
    private static let prefixSize = 24

    package var sections: [(name: String, bytes: [UInt8])] = []

    package subscript(name: String) -> [UInt8]? { sections.first { $0.name == name }?.bytes }

    package mutating func append(_ name: String, _ bytes: [UInt8]) {
        precondition(name.utf8.count <= Self.nameSize && sections.count < Self.maximumSections)
        sections.append((name, bytes))
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.sections.elementsEqual(right.sections) { $0.name == $1.name && $0.bytes == $1.bytes }
    }

    package func encoded() -> [UInt8] {
        let headerSize = Self.prefixSize + sections.count * Self.entrySize + 32
        var writer = ByteWriter()
        writer.append(Self.magic, size: 8)
        writer.append(Self.version)
        writer.append(UInt32(sections.count))
        writer.append(UInt64(sections.reduce(headerSize) { $0 + $1.bytes.count }))
        var offset = headerSize
        for section in sections {
            writer.append(section.name, size: Self.nameSize)
            writer.append(UInt64(offset))
            writer.append(UInt64(section.bytes.count))
            writer.append(contentsOf: SHA256.hash(data: section.bytes))
            offset += section.bytes.count
        }
        writer.append(contentsOf: SHA256.hash(data: writer.bytes))
        for section in sections { writer.append(contentsOf: section.bytes) }
        return writer.bytes
    }

    /// - Throws: `CheckpointError.damaged` with what is wrong, for any bytes that `encoded()` did not write.
    package init(decoding file: [UInt8], name: String) throws(CheckpointError) {
        func damaged(_ what: String) -> CheckpointError { CheckpointError(.damaged, "\(name) cannot be used: \(what).") }
        var reader = ByteReader(file[...])
        guard let magic = reader.take(8), magic.elementsEqual(Self.magic.utf8) else { throw damaged("it is not an Apus checkpoint") }
        guard let version = reader.integer(UInt32.self), let count = reader.integer(UInt32.self), let length = reader.integer(UInt64.self) else {
            throw damaged("it is cut off after \(file.count) bytes")
        }
        guard version == Self.version else {
            throw damaged("it has format version \(version), this program reads version \(Self.version)")
        }
        guard length == UInt64(file.count) else {
            throw damaged("it has \(file.count) bytes and should have \(length); it was truncated or appended to")
        }
        let headerSize = Self.prefixSize + Int(count) * Self.entrySize + 32
        guard count <= UInt32(Self.maximumSections), headerSize <= file.count else { throw damaged("it states \(count) sections") }
        guard SHA256.hash(data: file[..<(headerSize - 32)]).elementsEqual(file[(headerSize - 32)..<headerSize]) else {
            throw damaged("the checksum of its header is wrong")
        }
        var next = UInt64(headerSize)
        for _ in 0..<count {
            guard let title = reader.string(size: Self.nameSize), let offset = reader.integer(UInt64.self),
                let size = reader.integer(UInt64.self), let checksum = reader.take(32),
                offset == next, size <= UInt64(file.count) - offset
            else { throw damaged("its table of sections is inconsistent") }
            let content = file[Int(offset)..<Int(offset + size)]
            guard SHA256.hash(data: content).elementsEqual(checksum) else { throw damaged("the checksum of its section '\(title)' is wrong") }
            sections.append((title, [UInt8](content)))
            next += size
        }
        guard next == UInt64(file.count) else { throw damaged("its table of sections is inconsistent") }
    }

    package init() {}
}
