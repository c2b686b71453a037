import ApusData
import ApusTabular
import TestSupport
import Testing

@Suite struct CandleFileTests {
    private static let files = Fixture.names.filter { $0.hasPrefix("candles-") }

    @Test(arguments: files) func `candles read with the time as index, timestamp, text or count`(file: String) throws {
        let candles = try CandleSeries(file: Fixture.path(file))
        #expect(candles.openTimes == (0..<6).map { 1_672_531_200_000 + 900_000 * Int64($0) })
        #expect(candles.opens == [100, 101, 102, 103, 104, 105] && candles.highs == candles.opens.map { $0 + 2 })
        #expect(candles.lows == candles.opens.map { $0 - 2 } && candles.volumes == [1, 2, 3, 4, 5, 6])
        if file.contains("hole") {
            #expect(candles.closes[2].isNaN && candles.validate().map(\.kind) == [.missingValue])
        } else {
            #expect(candles.closes == candles.opens.map { $0 + 1 } && candles.validate().isEmpty)
        }
    }

    @Test func `there are candles of every kind`() { #expect(Self.files.count == 11) }

    @Test func `other files are CSV, and the content decides, not the name`() throws {
        let folder = try TemporaryFolder()
        try folder.write("time,open,high,low,close,volume\n2024-01-01,1,2,1,2,5\n".utf8, to: "c.parquet")
        #expect(try CandleSeries(file: folder.file("c.parquet")).count == 1)
        try folder.write(try Fixture.bytes("candles-pandas.feather"), to: "c.csv")
        #expect(try CandleSeries(file: folder.file("c.csv")).count == 6)
    }

    @Test(arguments: [
        ("wrong-text-prices.parquet", ["'close'", "text", "numbers"]), ("wrong-boolean-time.parquet", ["'date'", "boolean", "timestamps"]),
        ("wrong-missing-time.parquet", ["'date'", "row 3"]), ("wrong-text-time.parquet", ["'date'", "row 4", "'soon'"]),
        ("wrong-no-time.parquet", ["no 'date' column", "open, high, low, close, volume"]), ("wrong-number-index.parquet", ["no 'date' column"]),
        ("empty-pyarrow.parquet", ["no 'date' column"]), ("refused-feather1.feather", ["version 1"]),
    ]) func `wrong columns are told with name and type`(file: String, words: [String]) throws {
        let error = try #require(throws: DataError.self) { try CandleSeries(file: Fixture.path(file)) }
        for word in words { #expect(error.message.contains(word), "\(error)") }
        #expect(error.source == Fixture.path(file))
    }

    @Test func `a table without rows holds no candles`() throws {
        let table = try Table(["date", "open", "high", "low", "close", "volume"].map { Table.Column($0, .numbers([])) })
        #expect(try #require(throws: DataError.self) { try CandleSeries(table) }.message.contains("no candles"))
    }

    @Test(arguments: [
        (Int64(1_672_531_200), Int64(1_672_531_200_000)), (1_672_531_200_123, 1_672_531_200_123), (1_672_531_200_123_456, 1_672_531_200_123),
        (1_672_531_200_123_999_999, 1_672_531_200_123), (0, 0), (99_999_999_999, 99_999_999_999_000), (100_000_000_000, 100_000_000_000),
    ]) func `the unit of a count follows from its size`(count: Int64, milliseconds: Int64) throws {
        let one = Table.Column.Values.numbers([1])
        let columns = [Table.Column("ts", .integers([count]))] + ["o", "h", "l", "c", "v"].map { Table.Column($0, one) }
        #expect(try CandleSeries(Table(columns)).openTimes == [milliseconds])
    }

    @Test func `a count below zero is no time`() throws {
        let columns = [Table.Column("ts", .integers([-5]))] + ["o", "h", "l", "c", "v"].map { Table.Column($0, .integers([1])) }
        #expect(try #require(throws: DataError.self) { try CandleSeries(Table(columns)) }.message.contains("'-5'"))
    }

    @Test func `reading can be stopped`() {
        #expect(throws: CancellationError.self) { try CandleSeries(file: Fixture.path("candles-pandas.feather"), shouldStop: { true }) }
    }
}
