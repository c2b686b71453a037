import ApusData
import ApusTabular
import TestSupport
import Testing

@Suite struct TableReadingTests {
    @Test(arguments: Fixture.tables) func `tables read as pyarrow, polars, DuckDB and pandas wrote them`(file: String) throws {
        let expected = try #require(Fixture.expected[Fixture.tableName(file)])
        let table = try TableFormat.open(path: Fixture.path(file)).read()
        #expect(table.columns.count == expected.count)
        for (column, expected) in zip(table.columns, expected) {
            let difference = expected.difference(column)
            #expect(difference == nil)
        }
    }

    @Test func `there are files of every writer, compression and kind of page`() {
        #expect(Fixture.tables.count == 44)
        for part in ["pyarrow", "polars", "duckdb", "delta", "split", "pages1", "pages2", "int96", "lz4", "zstd", "gzip", "snappy", "dictionary"] {
            #expect(Fixture.tables.contains { $0.contains(part) }, "\(part)")
        }
    }

    @Test(arguments: ["gaps-pyarrow-zstd.parquet", "gaps-pyarrow-zstd.feather"])
    func `only the columns that are asked for are read, in that order`(file: String) throws {
        let table = try TableFormat.open(path: Fixture.path(file)).read(["text", "double"])
        #expect(table.columns.map(\.name) == ["text", "double"] && table.rowCount == 25)
        #expect(table["double"]?.nullCount == 5 && table["int64"] == nil)
    }

    @Test(arguments: ["gaps-pyarrow-zstd.parquet", "gaps-pyarrow-zstd.feather"])
    func `a column that is not there is named with those that are`(file: String) throws {
        let error = try #require(throws: DataError.self) { try TableFormat.open(path: Fixture.path(file)).read(["Text"]) }
        #expect(error.message.contains("'Text'") && error.message.contains("ms, us, ns") && error.source == Fixture.path(file))
    }

    @Test func `a file tells format, writer, rows, types and compression`() throws {
        let parquet = try ParquetFile(path: Fixture.path("gaps-pyarrow-pages1.parquet"))
        #expect(parquet.format == "Parquet" && parquet.rowCount == 25 && parquet.rowGroupCount == 3 && parquet.codecs == ["SNAPPY"])
        #expect(parquet.writer?.hasPrefix("parquet-cpp-arrow") == true)
        let types = Dictionary(uniqueKeysWithValues: parquet.columns.map { ($0.name, $0.type) })
        #expect(
            types["us"] == "INT64 timestamp[us]" && types["uint8"] == "INT32 unsigned" && types["price"] == "FIXED_LEN_BYTE_ARRAY decimal of scale 4")
        let feather = try ArrowFile(path: Fixture.path("full-pyarrow-batches.feather"))
        #expect(feather.format == "Feather" && feather.rowCount == 25 && feather.batchCount == 4 && feather.codecs == ["ZSTD"])
        #expect(feather.columns.map(\.type).prefix(5) == ["timestamp[ms]", "timestamp[us]", "timestamp[ns]", "date32", "float64"])
    }

    @Test(arguments: ["long-pyarrow.parquet", "nothing-pyarrow.feather"]) func `reading reports its progress and can be stopped`(file: String) throws
    {
        let table = try TableFormat.open(path: Fixture.path(file))
        var shares: [Double] = []
        _ = try table.read(["run", "step"], progress: { shares.append($0) }, shouldStop: { false })
        #expect(shares.last == 1 && shares == shares.sorted())
        #expect(throws: CancellationError.self) { try table.read(["run"], progress: { _ in }, shouldStop: { true }) }
    }
}
