import ApusData
import ApusTabular
import TestSupport
import Testing

@Suite struct RefusedFileTests {
    private func error(_ file: String, _ names: [String]? = nil) throws -> DataError {
        try #require(throws: DataError.self) {
            let table = try TableFormat.open(path: Fixture.path(file))
            _ = if let names { try table.read(names) } else { try table.read() }
        }
    }

    @Test(arguments: ["refused-nested.parquet", "refused-nested.feather"])
    func `nested columns and times of day are refused by name, and the others are read`(file: String) throws {
        let table = try TableFormat.open(path: Fixture.path(file)).read(["x", "y"])
        #expect(table["x"]?.values == .numbers([1.5, 2.5]) && table["y"]?.values == .integers([7, 8]))
        let message = try error(file, ["clock"]).message
        #expect(message.contains("'clock'") && message.contains("time of day"))
        let list = try error(file)
        #expect(list.code == .unsupported && list.message.contains("'list"), "\(list)")
    }

    @Test(arguments: [
        ("refused-binary.parquet", "UTF-8"), ("refused-brotli.parquet", "BROTLI"), ("refused-uint64.parquet", "9223372036854775808"),
        ("refused-uint64.feather", "9223372036854775808"), ("refused-dictionary.feather", "dictionaries of other values than text"),
        ("refused-feather1.feather", "version 1"), ("refused-encrypted.parquet", "encrypted"), ("refused-stream.feather", "neither a Parquet"),
        ("expected.json", "neither a Parquet"),
    ]) func `what is not read is refused by name`(file: String, word: String) throws {
        let error = try error(file, file.contains("binary") ? ["b"] : nil)
        #expect(error.message.contains(word), "\(error)")
        #expect(error.source == Fixture.path(file))
    }

    @Test func `values of fixed length are no text`() throws {
        #expect(try error("refused-binary.parquet", ["f"]).message.contains("fixed-size binary"))
    }

    @Test func `a page that does not fit its checksum is found`() throws {
        let error = try error("damaged-checksum.parquet")
        #expect(error.code == .malformed && error.message.contains("checksum") && error.message.contains("'x'"))
    }

    @Test func `a library that is missing is told with its package`() throws {
        let error = try #require(throws: DataError.self) { _ = try Zstandard(library: "libzstd-of-nobody.so.1") }
        #expect(error.message.contains("apt-get install libzstd1"))
        let other = try #require(throws: DataError.self) { _ = try Zstandard(library: "libm.so.6") }
        #expect(other.message.contains("no library of Zstandard"))
    }

    @Test func `a missing file and a folder are told as such`() throws {
        #expect(throws: DataError.self) { try TableFormat.open(path: Fixture.path("no-such.parquet")) }
        #expect(throws: DataError.self) { try TableFormat.open(path: Fixture.folder) }
    }
}
