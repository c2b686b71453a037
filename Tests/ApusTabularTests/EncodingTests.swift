import ApusData
import ApusTabular
import TestSupport
import Testing

/// The examples of Encodings.md in apache/parquet-format, and what they leave open.
@Suite struct EncodingTests {
    private func hybrid(_ bytes: [UInt8], width: Int, count: Int) throws -> [UInt32] {
        try bytes.withUnsafeBytes { bytes in
            try [UInt32](count: count) { (output) throws(DataError) in try HybridRuns.decode(bytes, width: width, count: count, into: output) }
        }
    }

    private func delta(_ bytes: [UInt8], count: Int) throws -> [Int64] {
        try bytes.withUnsafeBytes { bytes in
            var cursor = ByteCursor(bytes)
            return try [UInt64](count: count) { (output) throws(DataError) in try DeltaBinaryPacked.decode(&cursor, count: count, into: output) }
        }.map { Int64(bitPattern: $0) }
    }

    @Test func `the numbers 0 to 7 in three bits each`() throws {
        #expect(try hybrid([3, 0x88, 0xC6, 0xFA], width: 3, count: 8) == [0, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test func `runs of equal numbers and of packed ones follow each other`() throws {
        #expect(try hybrid([4 << 1, 5, 3, 0x88, 0xC6, 0xFA, 2 << 1, 1], width: 3, count: 14) == [5, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7, 1, 1])
        #expect(try hybrid([3 << 1, 0x39, 0x05], width: 11, count: 3) == [1337, 1337, 1337])
        #expect(try hybrid([], width: 0, count: 3) == [0, 0, 0])
        // A last group that is cut off behind what is needed.
        #expect(try hybrid([3, 0x88, 0xC6], width: 3, count: 5) == [0, 1, 2, 3, 4])
    }

    @Test(arguments: [
        ([UInt8](), 3, 1), ([2, 9], 3, 1), ([3, 0x88], 3, 8), ([2], 3, 1), ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], 3, 4), ([2, 0, 0], 33, 1),
    ])
    func `damaged runs are told`(bytes: [UInt8], width: Int, count: Int) {
        #expect(throws: DataError.self) { try hybrid(bytes, width: width, count: count) }
    }

    @Test(arguments: 0...64) func `packed numbers of every width`(width: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let numbers = (0..<77).map { _ in width == 0 ? 0 : UInt64.random(in: .min ... .max, using: &random) >> UInt64(64 - width) }
        var bytes = [UInt8](repeating: 0, count: (77 * width + 7) / 8)
        for (index, number) in numbers.enumerated() {
            for bit in 0..<width where number >> UInt64(bit) & 1 == 1 { bytes[(index * width + bit) / 8] |= 1 << UInt8((index * width + bit) % 8) }
        }
        let unpacked = try bytes.withUnsafeBytes { bytes in
            try [UInt64](count: 77) { (output) throws(DataError) in try BitPacked.unpack(bytes, width: width, count: 77, into: output) }
        }
        #expect(unpacked == numbers, "seed \(seed)")
    }

    @Test func `differences with a constant step and with packed rests`() throws {
        // 1, 2, 3, 4, 5: a least difference of 1, and rests of no bits.
        #expect(try delta([128, 1, 4, 5, 2, 2, 0, 0, 0, 0], count: 5) == [1, 2, 3, 4, 5])
        // 7, 5, 3, 1, 2, 3, 4, 5: a least difference of -2, rests 0 0 0 3 3 3 3 of two bits.
        #expect(try delta([128, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0], count: 8) == [7, 5, 3, 1, 2, 3, 4, 5])
        #expect(try delta([128, 1, 4, 1, 13], count: 1) == [-7])
    }

    @Test(arguments: [
        [UInt8](), [128, 1, 4, 9, 14, 3], [128, 1, 0, 8, 14, 3], [128, 1, 3, 8, 14, 3], [0, 4, 8, 14, 3], [4, 4, 8, 14, 3],
        [128, 1, 4, 8, 14, 3, 65, 0, 0, 0], [128, 1, 4, 8, 14, 3, 64, 0, 0, 0, 1],
    ]) func `damaged differences are told`(bytes: [UInt8]) { #expect(throws: DataError.self) { try delta(bytes, count: 8) } }

    @Test func `moments round down, on both sides of 1970, and must fit`() throws {
        var moments: [UInt64] = [1, 999, 1000, -1, -1000, -1001].map { UInt64(bitPattern: $0) }
        try MomentScale.toMilliseconds(&moments, count: 6, perSecond: 1_000_000)
        #expect(moments.map { Int64(bitPattern: $0) } == [0, 0, 1, -1, -1, -2])
        var seconds: [UInt64] = [7, UInt64(Int64.max)]
        try MomentScale.toMilliseconds(&seconds, count: 1, perSecond: 1)
        #expect(seconds[0] == 7000)
        #expect(throws: DataError.self) { try MomentScale.toMilliseconds(&seconds, count: 2, perSecond: 1) }
        #expect(throws: DataError.self) { try MomentScale.daysToMilliseconds(&seconds, count: 2) }
    }
}
