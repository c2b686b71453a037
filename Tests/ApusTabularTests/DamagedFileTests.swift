import ApusData
import ApusTabular
import Glibc
import TestSupport
import Testing

/// Files that were cut off, damaged or made to deceive: an error or some table, and never a crash or much memory.
@Suite struct DamagedFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Without waiting for the disk, as there are thousands of files.
    private func write(_ bytes: [UInt8]) throws {
        let file = try #require(fopen(folder.file("t"), "w"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    /// - Returns: the error, nil when the bytes still read as a table.
    private func failure(_ bytes: [UInt8]) throws -> DataError? {
        try write(bytes)
        do {
            _ = try TableFormat.open(path: folder.file("t")).read()
            return nil
        } catch let error as DataError {
            return error
        }
    }

    @Test(arguments: ["gaps-pyarrow-delta.parquet", "gaps-duckdb-v2.parquet", "gaps-pyarrow-dictionary.feather", "gaps-polars-lz4.feather"])
    func `a file that is cut off anywhere is refused with its path`(file: String) throws {
        let bytes = try Fixture.bytes(file)
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)) {
            let error = try #require(try failure(Array(bytes[..<count])), "\(count) bytes were read")
            #expect(error.source == folder.file("t") && !error.message.isEmpty)
        }
    }

    @Test(arguments: [
        "gaps-pyarrow-delta.parquet", "gaps-pyarrow-split.parquet", "gaps-duckdb-v2.parquet", "gaps-polars.parquet", "gaps-pyarrow-none.parquet",
        "gaps-pyarrow-lz4.parquet", "full-pyarrow-int96.parquet", "full-pyarrow-decimals.parquet", "gaps-pyarrow-dictionary.feather",
        "gaps-polars.feather", "gaps-polars-lz4.feather", "full-pyarrow-batches.feather", "gaps-pyarrow-large.feather",
    ]) func `damaged bytes end in an error or in values`(file: String) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try Fixture.bytes(file)
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Half of the damage hits the description of the file, which is at its end.
                let lowest = Bool.random(using: &random) ? 0 : max(0, damaged.count - 2500)
                let place = Int.random(in: lowest..<damaged.count, using: &random)
                damaged[place] =
                    Bool.random(using: &random) ? .random(in: .min ... .max, using: &random) : [0, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
            }
            if let error = try failure(damaged) { #expect(!error.message.isEmpty, "seed \(seed)") }
        }
    }

    @Test func `a small file cannot claim a huge table`() {
        let budget = Budget(fileSize: 1000)
        #expect(throws: DataError.self) { try budget.check(rows: 1 << 40, width: 16) }
        #expect(throws: DataError.self) { try budget.check(rows: .max, width: 16) }
        #expect(throws: Never.self) { try budget.check(rows: 1_000_000, width: 64) }
    }

    @Test(arguments: [Codec.snappy, .gzip, .lz4Block, .lz4Frame, .zstd]) func `compressed bytes cannot claim more than they can hold`(codec: Codec)
        throws
    {
        let decompressor = Decompressor(budget: Budget(fileSize: 100))
        let few: [UInt8] = [1, 2, 3]
        few.withUnsafeBytes { bytes in
            #expect(throws: DataError.self) { _ = try decompressor.decompress(bytes, codec, size: 1 << 31) }
            #expect(throws: DataError.self) { _ = try decompressor.decompress(bytes, codec, size: -1) }
            #expect(throws: DataError.self) { _ = try decompressor.decompress(bytes, codec, size: 10) }
        }
    }

    @Test func `many small pieces cannot claim more than one large one`() throws {
        let decompressor = Decompressor(budget: Budget(fileSize: 100))
        // A Snappy literal and copies of it: 2 MiB of zeros.
        let size = 2 << 20
        let bytes: [UInt8] =
            [0x80, 0x80, 0x80, 0x01, 0xFC, 63, 0, 0, 0] + [UInt8](repeating: 0, count: 64)
            + (0..<size / 64 - 1).flatMap { _ in [UInt8(0xFE), 64, 0] }
        try bytes.withUnsafeBytes { bytes in
            for _ in 0..<512 { _ = try decompressor.decompress(bytes, .snappy, size: size) }
            #expect(throws: DataError.self) { _ = try decompressor.decompress(bytes, .snappy, size: size) }
        }
    }

    @Test func `structures within structures end somewhere`() throws {
        let bytes = [UInt8](repeating: 0x1C, count: 100_000)
        try bytes.withUnsafeBytes { bytes in
            let error = try #require(throws: DataError.self) {
                var reader = ThriftReader(bytes)
                try reader.structure { (_, _) throws(DataError) in false }
            }
            #expect(error.message.contains("deeper than 32"))
        }
    }
}
