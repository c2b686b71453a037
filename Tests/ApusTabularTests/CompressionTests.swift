import ApusData
import ApusTabular
import Testing

/// By hand, after the formats' descriptions; what the real libraries make is in the fixtures.
@Suite struct CompressionTests {
    private func snappy(_ bytes: [UInt8], _ size: Int) throws -> String {
        var output = [UInt8](repeating: 0, count: size)
        try bytes.withUnsafeBytes { input in try output.withUnsafeMutableBytes { try Snappy.decompress(input, into: $0) } }
        return String(decoding: output, as: UTF8.self)
    }

    private func lz4(_ bytes: [UInt8], _ size: Int) throws -> String {
        var output = [UInt8](repeating: 0, count: size)
        let filled = try bytes.withUnsafeBytes { input in try output.withUnsafeMutableBytes { try LZ4.decompressBlock(input, into: $0) } }
        return String(decoding: output[..<filled], as: UTF8.self)
    }

    @Test func `Snappy literals and copies of all kinds`() throws {
        #expect(try snappy([3, 8, 97, 98, 99], 3) == "abc")
        // 2-byte copies reach 2047 back, 3-byte ones 65535, 5-byte ones everywhere.
        #expect(try snappy([7, 8, 97, 98, 99, 1, 3], 7) == "abcabca")
        #expect(try snappy([9, 8, 97, 98, 99, 22, 1, 0], 9) == "abccccccc")
        #expect(try snappy([5, 8, 97, 98, 99, 7, 2, 0, 0, 0], 5) == "abcbc")
        let long = [UInt8](repeating: 120, count: 300)
        #expect(try snappy([0xAC, 2, 244, 0x2B, 1] + long, 300) == String(repeating: "x", count: 300))
        // Copies in words of eight bytes, with and without room behind them.
        #expect(try snappy([30, 36] + Array("0123456789".utf8) + [78, 10, 0], 30) == "012345678901234567890123456789")
    }

    /// A tag of a literal is its length less 1, times 4; of a copy with two bytes of distance the same and 2.
    private static let damagedSnappy: [([UInt8], String)] = [
        ([], "end too early"), ([3], "too early"), ([3, 8, 97], "too early"), ([4, 8, 97, 98, 99], "instead of 3"),
        ([3, 12, 97, 98, 99, 100], "more than"), ([3, 0, 97, 6, 0, 0], "distance of 0"), ([3, 0, 97, 6, 2, 0], "distance of 2"),
        ([3, 0, 97, 38, 1, 0], "more than"), ([3, 0, 97, 1], "too early"), ([3, 0, 97, 2, 1], "too early"), ([3, 0, 97, 3, 1, 0, 0], "too early"),
        ([3, 252, 255, 255, 255, 255], "too early"), ([3, 248, 1], "too early"),
    ]

    @Test(arguments: damagedSnappy) func `damaged Snappy data are told`(bytes: [UInt8], words: String) throws {
        let error = try #require(throws: DataError.self) { try snappy(bytes, 3) }
        #expect(error.message.contains(words), "\(error)")
    }

    @Test func `LZ4 literals and matches`() throws {
        #expect(try lz4([0x30, 97, 98, 99], 3) == "abc")
        #expect(try lz4([0x30, 97, 98, 99, 3, 0, 0x10, 100], 8) == "abcabcad")
        #expect(try lz4([0x1F, 97, 1, 0, 5, 0x00], 25) == String(repeating: "a", count: 25))
        #expect(try lz4([0xF0, 255, 30] + [UInt8](repeating: 120, count: 300), 300) == String(repeating: "x", count: 300))
    }

    private static let damagedLZ4: [([UInt8], String)] = [
        ([], "too early"), ([0x30, 97], "too early"), ([0x40, 97, 98, 99, 100], "more than"), ([0x10, 97, 0, 0, 0], "distance of 0"),
        ([0x10, 97, 9, 0, 0], "distance of 9"), ([0x10, 97, 1], "too early"), ([0xF0], "too early"), ([0x1F, 97, 1, 0, 255], "too early"),
        ([0x10, 97, 1, 0, 0], "more than"),
    ]

    @Test(arguments: damagedLZ4) func `damaged LZ4 data are told`(bytes: [UInt8], words: String) throws {
        let error = try #require(throws: DataError.self) { try lz4(bytes, 3) }
        #expect(error.message.contains(words), "\(error)")
    }

    @Test func `LZ4 frames may be several, stored, checked and skipped`() throws {
        let magic: [UInt8] = [0x04, 0x22, 0x4D, 0x18]
        let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9]
        // With a checksum of the block and of the contents, which are passed over; stored bytes have the highest bit of their size set.
        let stored: [UInt8] = magic + [0x74, 0x40, 0] + [2, 0, 0, 0x80, 97, 98] + [0, 0, 0, 0] + [0, 0, 0, 0] + [0, 0, 0, 0]
        let packed: [UInt8] = magic + [0x60, 0x40, 0] + [4, 0, 0, 0, 0x30, 99, 100, 101] + [0, 0, 0, 0]
        var output = [UInt8](repeating: 0, count: 5)
        try (skipped + stored + packed).withUnsafeBytes { input in
            try output.withUnsafeMutableBytes { try LZ4.decompressFrames(input, into: $0) }
        }
        #expect(String(decoding: output, as: UTF8.self) == "abcde")
        let damaged: [[UInt8]] = [magic, Array(packed.dropLast(5)), [1, 2, 3, 4, 5], magic + [0x61, 0x40, 0], magic + [0x20, 0x40, 0]]
        for bytes in damaged {
            #expect(throws: DataError.self) {
                try bytes.withUnsafeBytes { input in try output.withUnsafeMutableBytes { try LZ4.decompressFrames(input, into: $0) } }
            }
        }
    }
}
