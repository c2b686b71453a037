import ApusData
import ApusJSON
import Testing

@Suite struct IndicatorTests {
    static func candles(_ json: JSON) -> CandleSeries {
        var series = CandleSeries()
        for (index, row) in json.array!.enumerated() {
            let values = row.numbers
            series.append(openTime: Int64(index) * 900_000, open: values[0], high: values[1], low: values[2], close: values[3], volume: values[4])
        }
        return series
    }

    @Test(arguments: TechnicalFeatures.names) func `each feature agrees with its definition in NumPy`(name: String) throws {
        let fixture = try Fixture.json("indicators.json")
        let table = TechnicalFeatures.table(of: Self.candles(fixture["candles"]!))
        let column = try #require(table.names.firstIndex(of: name))
        let expected = fixture["features"]!.array!.map { $0[column]!.numbers[0] }
        // Both sides round differently along 150 recursive steps.
        #expect(largestError(table.column(column), expected) < 1e-11)
    }

    @Test func `the future does not change earlier rows`() throws {
        let candles = try MarketSimulator(seed: 5, timeframe: Timeframe("15m")).candles(400)
        let whole = TechnicalFeatures.table(of: candles)
        for length in [20, 21, 100, 399] {
            let part = TechnicalFeatures.table(of: candles.prefix(length))
            let same = zip(part.values, whole.values).allSatisfy { $0.bitPattern == $1.bitPattern }
            #expect(same && part.rowCount == length)
        }
    }

    @Test func `the lowest of lows is at most the lowest of highs`() throws {
        let candles = try MarketSimulator(timeframe: Timeframe("15m")).candles(100)
        let published = TechnicalFeatures.table(of: candles).column(8)
        let corrected = TechnicalFeatures.table(of: candles, lowest: .lows).column(8)
        #expect(corrected[50] == candles.lows[31...50].min() && published[50] == candles.highs[31...50].min())
    }

    @Test func `short series give NaN where an indicator has no value yet`() {
        #expect(relativeStrengthIndex([1, 2, 3]).allSatisfy { $0.isNaN })
        #expect(simpleMovingAverage([1, 2, 3], period: 3).suffix(1) == [2])
        #expect(exponentialMovingAverage([], period: 3).isEmpty)
        #expect(relativeStrengthIndex([Double](repeating: 1, count: 15))[14] == 50)
    }
}
