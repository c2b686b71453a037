import ApusData
import Testing

@Suite struct CandleCSVTests {
    static let plain = "date,open,high,low,close,volume\n2023-01-01 00:00:00,1,3,0.5,2,10\n2023-01-01 00:15:00,2,2.5,1e0,2,0\n"

    @Test(arguments: [
        plain,
        "\u{FEFF}" + plain,
        String(plain.split(separator: "\n").joined(separator: "\r\n")),
        "\n" + plain + "\n\n",
        "Volume,CLOSE,Low,high,Open,Open Time\n10,2,0.5,3,1,1672531200\n0,2,1,2.5,2,1672532100\n",
        "open_time,open,high,low,close,volume\n1672531200000,1,3,0.5,2,10\n1672532100000,2,2.5,1,2,0\n",
        "timestamp,open,high,low,close,volume\n1672531200000000,1,3,0.5,2,10\n1672532100000000,2,2.5,1,2,0\n",
        "\"date\",\"open\",\"high\",\"low\",\"close\",\"volume\",note\n\"2023-01-01T00:00:00Z\",\"1\", 3 ,0.5,2,10,\"a, \"\"b\"\"\"\n2023-01-01T01:15:00+01:00,2,2.5,1,2,0,\n",
        "1672531200000,1,3,0.5,2,10,1672532099999,5\n1672532100000,2,2.5,1,2,0,1672532999999,5\n",
    ])
    func `tables of many tools read the same`(text: String) throws {
        #expect(try CandleSeries(csv: text) == CandleSeries(csv: Self.plain))
        #expect(try CandleSeries(csv: text).openTimes == [1_672_531_200_000, 1_672_532_100_000])
    }

    @Test(arguments: [
        ("", "empty"),
        ("date,open,high,low,close,volume\n", "no candles"),
        ("date,open,high,low,close\n", "no 'volume' column"),
        ("date,open,high,low,close,volume\n2023-01-01,1,2,1,x1,5\n", "line 2, column 5 (close): 'x1' is not a number"),
        ("date,open,high,low,close,volume\n\n2023-13-01,1,2,1,1,5\n", "line 3, column 1 (time): '2023-13-01' is not a time"),
        ("date,open,high,low,close,volume\n2023-02-29,1,2,1,1,5\n", "is not a time"),
        ("date,open,high,low,close,volume\n2023-01-01,1,2,1,1\n", "line 2: only 5 fields"),
        ("date,open,high,low,close,volume\n2023-01-01,1,0x10,1,1,5\n", "'0x10' is not a number"),
        ("date,open,high,low,close,volume\n2023-01-01,1,2,1,inf,5\n", "'inf' is not a number"),
        ("date,open,high,low,close,volume\n2023-01-01,\"1,2,1,1,5\n", "line 2: a quoted field does not end"),
    ])
    func `mistakes are reported with line and column`(text: String, words: String) {
        #expect { try CandleSeries(csv: text) } throws: { "\($0)".contains(words) }
    }

    @Test(arguments: [
        "0.1", "16541.77", "1172.53835", "123456789012345678", "9007199254740993", "1e-7", "0.000000000000000000000001", "2.5E+3", "-1",
    ])
    func `numbers are rounded as the standard library does`(text: String) throws {
        let series = try CandleSeries(csv: "date,open,high,low,close,volume\n2023-01-01,\(text),1,1,1,1")
        #expect(series.opens == [Double(text)!])
    }

    @Test func `writing and reading again changes no bit`() throws {
        let candles = try MarketSimulator(seed: 3, symbol: "SOLUSDT", timeframe: Timeframe("1h")).candles(500)
        #expect(try CandleSeries(csv: candles.csvText()) == candles)
    }

    @Test func `findings have counts and first places`() throws {
        let text = """
            date,open,high,low,close,volume
            2023-01-01 00:00:00,1,2,1,1,5
            2023-01-01 00:15:00,1,0.5,1,1,5
            2023-01-01 00:30:00,0,2,0,1,-5
            2023-01-01 01:30:00,1,2,1,,5
            2023-01-01 01:30:00,1,2,1,1,5
            2023-01-01 01:15:00,1,2,1,1,5
            2023-01-01 01:22:00,1,2,1,1,5
            2023-01-01 02:22:00,1,2,1,1,5
            """
        let findings = try CandleSeries(csv: text).validate(timeframe: Timeframe("15m"))
        let rows = Dictionary(uniqueKeysWithValues: findings.map { ($0.kind, [$0.count, $0.firstRow]) })
        #expect(
            rows == [
                .inconsistentRange: [1, 1], .nonPositivePrice: [1, 2], .negativeVolume: [1, 2], .gap: [2, 3], .missingValue: [1, 3],
                .duplicate: [1, 4], .outOfOrder: [1, 5], .wrongTimeframe: [1, 6],
            ])
        let gap = try #require(findings.last)
        #expect(gap.missingCandles == 6 && !gap.isError && gap.description.contains("2023-01-01 01:30:00"))
    }

    @Test(arguments: ["15m", "1h", "4h", "1d", "1w", "30s"]) func `timeframes read and print the same`(text: String) throws {
        #expect(try Timeframe(text).description == text)
    }

    @Test(arguments: ["", "m", "0m", "-5m", "+5m", "15", "15min", "1M", "99999999999999999999h"]) func `other timeframes are refused`(text: String) {
        #expect(throws: DataError.self) { try Timeframe(text) }
    }
}
