import ApusZip
import Foundation
import TestSupport
import Testing

/// Archives made by Tests/References/zip_archives.py.
@Suite struct ZipTests {
    private func fixture(_ name: String) throws -> [UInt8] {
        let url = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name)")
        return [UInt8](try Data(contentsOf: url))
    }

    /// All contents by name.
    private func read(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [String: [UInt8]] {
        try bytes.withUnsafeBytes { bytes in
            let archive = try ZipArchive(bytes)
            var contents: [String: [UInt8]] = [:]
            for member in archive.members { contents[member.name] = try archive.contents(of: member, in: bytes, limit: limit) }
            return contents
        }
    }

    private func text(_ count: Int) -> [UInt8] {
        Array((0..<count).map { "line \($0): \($0 * $0 % 97) \(String(repeating: "abc", count: $0 % 5))\n" }.joined().utf8)
    }

    @Test func `stored members are read, behind a comment too`() throws {
        let contents = try read(try fixture("stored.zip"))
        #expect(contents["a.txt"] == Array("hello".utf8) && contents["folder/b.bin"]?.count == 3000 && contents["empty"] == [])
    }

    @Test func `every kind of deflate block is read`() throws {
        let contents = try read(try fixture("deflated.zip"))
        #expect(contents["fixed"] == Array("hello hello hello".utf8))
        #expect(contents["dynamic"] == text(400))
        #expect(contents["runs"] == [UInt8](repeating: 0, count: 100_000))
        #expect(contents["noise"] == (try read(try fixture("stored.zip"))["folder/b.bin"]))
        #expect(contents["empty"] == [])
    }

    @Test func `a Zip64 local header is read`() throws {
        #expect(try read(try fixture("zip64.zip")) == ["large": text(20)])
    }

    @Test func `sizes are checked before memory is taken`() throws {
        #expect { try read(try fixture("bomb.zip")) } throws: { "\($0)".contains("claims 67108864 bytes; at most 1048576") }
        #expect { try read(try fixture("liar.zip"), limit: .max) } throws: { "\($0)".contains("cannot hold 2147483632") }
    }

    @Test func `another compression is refused by number`() throws {
        #expect { try read(try fixture("bzip2.zip")) } throws: { "\($0)".contains("method 12") }
    }

    @Test(arguments: [1, 64]) func `what is written is read back, aligned where asked`(alignment: Int) throws {
        var bytes: [UInt8] = []
        var writer = ZipWriter<Never> { bytes.append(contentsOf: $0) }
        writer.add("ä/x", Array("content".utf8), alignment: alignment)
        writer.add("y", [], alignment: alignment)
        writer.add("z", text(50), alignment: alignment)
        writer.finish()
        #expect(try read(bytes) == ["ä/x": Array("content".utf8), "y": [], "z": text(50)])
        let members = try bytes.withUnsafeBytes { try ZipArchive($0).members }
        #expect(members.allSatisfy { $0.range.lowerBound % alignment == 0 && $0.isStored })
    }

    @Test func `more members than two bytes count make a Zip64 directory`() throws {
        var bytes: [UInt8] = []
        var writer = ZipWriter<Never> { bytes.append(contentsOf: $0) }
        for index in 0..<70_000 { writer.add("\(index)", []) }
        writer.finish()
        let archive = try bytes.withUnsafeBytes { try ZipArchive($0) }
        #expect(archive.members.count == 70_000 && archive["69999"] != nil)
    }

    @Test func `overlapping and repeated members are refused`() throws {
        var bytes: [UInt8] = []
        var writer = ZipWriter<Never> { bytes.append(contentsOf: $0) }
        writer.add("aaaa", text(3))
        writer.add("bbbb", text(3))
        writer.finish()
        // The last four bytes before the name in a directory entry are the offset of its local header.
        let names = try #require(bytes.lastRange(of: Array("bbbb".utf8)))
        var overlapping = bytes
        overlapping.replaceSubrange(names.lowerBound - 4..<names.lowerBound, with: [0, 0, 0, 0])
        #expect { try read(overlapping) } throws: { "\($0)".contains("overlaps") }
        var repeated = bytes
        repeated.replaceSubrange(names, with: Array("aaaa".utf8))
        #expect { try read(repeated) } throws: { ($0 as? ZipError)?.message.contains("two members called 'aaaa'") == true }
    }

    @Test(arguments: ["stored.zip", "deflated.zip", "zip64.zip"]) func `an archive cut anywhere is refused`(name: String) throws {
        let bytes = try fixture(name)
        // Without its comment an archive is as good as before.
        let end = bytes.count - (name == "stored.zip" ? "with a comment".utf8.count : 0)
        for length in stride(from: 0, to: end, by: 3) {
            #expect(throws: ZipError.self, "\(length) bytes") { try read(Array(bytes[..<length])) }
        }
    }

    @Test(arguments: ["stored.zip", "deflated.zip", "zip64.zip"]) func `damage is noticed or harmless`(name: String) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try fixture(name)
        let contents = Set(try read(bytes).values)
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            guard let read = try? read(damaged) else { continue }
            for content in read.values { #expect(contents.contains(content), "seed \(seed)") }
        }
    }

    @Test func `the checksum is the one of zlib`() {
        #expect(Array("123456789".utf8).withUnsafeBytes(CRC32.of) == 0xCBF4_3926)
        #expect(
            [UInt8](repeating: 7, count: 1001).withUnsafeBytes(CRC32.of)
                == [UInt8](repeating: 7, count: 1001).withUnsafeBytes { bytes in
                    var checksum = CRC32()
                    for byte in bytes { withUnsafeBytes(of: byte) { checksum.update($0) } }
                    return checksum.value
                })
    }
}
