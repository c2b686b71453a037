import ApusData
import Testing

@Suite struct WindowTests {
    private static func candles(_ closes: [Double], spread: Double = 0) -> CandleSeries {
        var series = CandleSeries()
        for (index, close) in closes.enumerated() {
            series.append(
                openTime: Int64(index) * 60_000, open: close, high: close * (1 + spread), low: close * (1 - spread), close: close, volume: 1)
        }
        return series
    }

    @Test func `a return looks the horizon ahead and ends where nothing follows`() throws {
        let series = Self.candles([100, 110, 99, 120])
        #expect(try ForwardTarget(.simpleReturn, horizon: 1).values(series) == [0.1, -0.1, Float(120.0 / 99 - 1)])
        #expect(try ForwardTarget(.simpleReturn, horizon: 2).values(series) == [Float(99.0 / 100 - 1), Float(120.0 / 110 - 1)])
        let logs = try ForwardTarget(.logReturn, horizon: 1).values(series)
        #expect(abs(logs[0] - 0.0953102) < 1e-6 && logs.count == 3)
        #expect(try ForwardTarget(.simpleReturn, horizon: 4).values(series).isEmpty)
    }

    @Test func `a signal is a return above the threshold, not at it`() throws {
        let series = Self.candles([100, 101, 101, 100])
        #expect(try ForwardTarget(.signal, horizon: 1).values(series) == [1, 0, 0])
        #expect(try ForwardTarget(.signal, horizon: 1, threshold: 0.02).values(series) == [0, 0, 0])
    }

    @Test func `the barrier that is reached first decides, and both at once count as no`() throws {
        // From 100: up to 102 within two candles; from 101 down; from 97 nothing.
        #expect(try ForwardTarget(.barrier, horizon: 2, threshold: 0.02).values(Self.candles([100, 101, 102.5, 97, 97, 97])) == [1, 0, 0, 0])
        #expect(try ForwardTarget(.barrier, horizon: 1, threshold: 0.01).values(Self.candles([100, 100], spread: 0.05)) == [0])
    }

    @Test(arguments: [(0, 0.0), (-1, 0), (1, -1), (1, .nan), (1, 11)])
    func `a horizon or threshold that cannot be is refused`(horizon: Int, threshold: Double) {
        #expect(throws: DataError.self) { try ForwardTarget(.signal, horizon: horizon, threshold: threshold) }
    }

    @Test func `barriers need a distance`() {
        #expect(throws: DataError.self) { try ForwardTarget(.barrier, horizon: 3) }
        #expect(throws: DataError.self) { try ForwardTarget(.barrier, horizon: 3, threshold: 1) }
    }

    @Test func `no window and no target crosses a cut`() throws {
        let split = try WindowSplit(rowCount: 1004, labelledCount: 1000, steps: 24, horizon: 4, training: 0.7, validation: 0.15)
        #expect(split.trainingRows == 0..<700)
        let parts = [(split.windows.training, 0..<700), (split.windows.validation, 700..<850), (split.windows.test, 850..<1000)]
        for (windows, rows) in parts {
            #expect(windows.lowerBound == rows.lowerBound)
            let last = split.lastRow(of: windows.upperBound - 1)
            // The last part may use all its rows: their targets look at rows that nothing is judged by.
            #expect(rows.upperBound == 1000 ? last == 999 : last + split.horizon == rows.upperBound - 1)
        }
        #expect(split.left == 977 - (700 - 27) - (150 - 27) - (150 - 23))
    }

    @Test func `a part that is too small for a window says so with the numbers`() {
        let error = #expect(throws: DataError.self) {
            try WindowSplit(rowCount: 100, labelledCount: 99, steps: 64, horizon: 1, training: 0.7, validation: 0.15)
        }
        #expect(error?.message.contains("validation part has 14 rows") == true && error?.message.contains("64") == true)
        let none = #expect(throws: DataError.self) {
            try WindowSplit(rowCount: 3, labelledCount: 0, steps: 2, horizon: 4, training: 0.7, validation: 0.15)
        }
        #expect(none?.message.contains("3 rows") == true)
    }

    @Test(arguments: [
        (900_000, "15m"), (3_600_000, "1h"), (14_400_000, "4h"), (86_400_000, "1d"), (604_800_000, "1w"), (1000, "1s"), (1500, "1500ms"),
    ])
    func `a step has the name of its largest unit`(milliseconds: Int, name: String) {
        #expect(Timeframe.name(milliseconds: Int64(milliseconds)) == name)
    }

    @Test func `the last candles are those of the end`() {
        let series = Self.candles([1, 2, 3, 4])
        #expect(series.suffix(2).closes == [3, 4] && series.suffix(9) == series && series.prefix(1).closes == [1] && series[1..<3].closes == [2, 3])
    }
}
