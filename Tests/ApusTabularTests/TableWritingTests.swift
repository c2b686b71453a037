import ApusData
import ApusTabular
import TestSupport
import Testing

/// What other programs read of these files is tested by Tests/Tools/test_tabular.py.
@Suite struct TableWritingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func table(rows: Int, nulls: Bool) throws -> Table {
        let marks = nulls ? (0..<rows).map { $0 % 5 == 2 } : []
        func present<Value>(_ values: [Value], _ filler: Value) -> [Value] {
            values.enumerated().map { nulls && $0.offset % 5 == 2 ? filler : $0.element }
        }
        return try Table([
            .init("time", .timestamps(present((0..<rows).map { 1_672_531_200_000 + 60_000 * Int64($0) }, 0)), nulls: marks),
            .init("p", .numbers((0..<rows).map { 0.1 * Double($0) })),
            .init("count", .integers(present((0..<rows).map { Int64($0) - 3 }, 0)), nulls: marks),
            .init("label", .text(present((0..<rows).map { ["HH", "LL, \"x\"", "é\n", ""][$0 % 4] }, "")), nulls: marks),
            .init("up", .booleans(present((0..<rows).map { $0 % 3 == 0 }, false)), nulls: marks),
        ])
    }

    @Test(arguments: [0, 1, 8, 9, 100, 1000], [false, true]) func `Parquet reads back as it was written`(rows: Int, nulls: Bool) throws {
        let table = try Self.table(rows: rows, nulls: nulls)
        try table.saveParquet(to: folder.file("t"), rowsPerGroup: 300, rowsPerPage: 70)
        let file = try ParquetFile(path: folder.file("t"))
        #expect(file.rowGroupCount == (rows + 299) / 300 && file.writer == "apus")
        let read = try file.read()
        #expect(read.rowCount == rows)
        for (column, written) in zip(read.columns, table.columns) {
            // A column without a missing value may be marked or not.
            #expect(column.values == written.values && column.nullCount == written.nullCount, "\(written.name)")
            #expect((0..<rows).allSatisfy { column.isNull($0) == written.isNull($0) })
        }
    }

    @Test func `missing numbers are written as missing and not as NaN`() throws {
        try Table([.init("x", .numbers([1, .nan, .nan]), nulls: [false, true, false])]).saveParquet(to: folder.file("t"))
        let column = try #require(try ParquetFile(path: folder.file("t")).read()["x"])
        #expect(column.nulls == [false, true, false])
    }

    @Test func `CSV has a header, UTC times, quotes where they are needed and nothing for what is missing`() throws {
        try Self.table(rows: 4, nulls: true).saveCSV(to: folder.file("t.csv"))
        let text = String(decoding: try folder.read("t.csv"), as: UTF8.self)
        let expected = """
            time,p,count,label,up
            2023-01-01 00:00:00,0.0,-3,HH,true
            2023-01-01 00:01:00,0.1,-2,"LL, ""x""\",false
            ,0.2,,,
            2023-01-01 00:03:00,0.30000000000000004,0,"",true

            """
        #expect(text == expected)
    }

    @Test func `nothing is left of a file that cannot be written`() throws {
        #expect(throws: DataError.self) { try Self.table(rows: 3, nulls: false).saveParquet(to: folder.file("no/such/t.parquet")) }
        #expect(throws: DataError.self) { try Self.table(rows: 3, nulls: false).saveCSV(to: folder.file("no/such/t.csv")) }
        #expect(folder.names.isEmpty)
    }

    @Test func `columns of a table have one length and different names`() {
        #expect(throws: DataError.self) { try Table([.init("a", .integers([1])), .init("b", .integers([]))]) }
        #expect(throws: DataError.self) { try Table([.init("a", .integers([1])), .init("a", .integers([1]))]) }
    }
}
