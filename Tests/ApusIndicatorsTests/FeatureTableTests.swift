import ApusData
import Glibc
import Testing

import ApusIndicators

@Suite struct FeatureTableTests {
    static let candles = Fixture.simulated.candles

    private func message(_ columns: [String], _ candles: CandleSeries) -> String {
        do {
            _ = try FeatureColumns(columns).compute(candles, using: BuiltInIndicators())
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func `rows are the candles after the longest warm-up`() throws {
        // 36 columns: more than are written together.
        let names = ["close", "ema_34", "rsi_14", "bb_width", "return_lag_3", "volume"] + (2...31).map { "sma_\($0)" }
        let table = try FeatureColumns(names).compute(Self.candles, using: BuiltInIndicators())
        #expect(table.names == names && table.warmUp == 33 && table.rowCount == 320 - 33 && table.columnCount == 36)
        #expect(table.values.count == table.rowCount * table.columnCount && table.library == "built-in")
        #expect(table.openTimes == Array(Self.candles.openTimes[33...]))
        for (index, name) in names.enumerated() {
            let column = try ReferenceTests.column(name, Self.candles)[33...].map { Float($0) }
            #expect(table.column(name) == column && table.column(at: index) == column, "\(name)")
        }
        #expect(Array(table.row(5)) == names.map { table.column($0)![5] })
        #expect(table.column("open") == nil)
    }

    @Test func `one candle after the warm-up is enough, and one less is an error with both numbers`() throws {
        #expect(try FeatureColumns.priceAction.compute(Self.candles.prefix(200), using: BuiltInIndicators()).rowCount == 1)
        #expect(
            message(FeatureColumns.priceAction.names, Self.candles.prefix(199))
                == "199 candles are too few: column 'ema_200' has its first value in candle 199, so that at least 200 are needed. "
                + "Use more candles or shorter periods")
        #expect(message(["close"], CandleSeries()).hasPrefix("0 candles are too few"))
    }

    @Test func `missing values are named with column, row, time and count`() {
        var candles = Self.candles
        candles.closes[7] = .nan
        candles.volumes[9] = .infinity
        #expect(
            message(["close"], candles)
                == "the candles cannot be used: 2 missing or non-finite values, first in candle 7 at 2023-01-01 07:00:00 (close is nan). "
                + "Repair them and try again")
    }

    @Test func `impossible candles are refused, gaps are not`() throws {
        var negative = Self.candles
        negative.lows[3] = -1
        #expect(message(["close"], negative).contains("1 prices that are not positive, first in candle 3"))
        var order = Self.candles
        order.openTimes.swapAt(4, 5)
        #expect(message(["close"], order).contains("older than the one before"))
        var short = Self.candles
        short.volumes.removeLast()
        #expect(throws: IndicatorError.self) { try FeatureColumns.values(of: "vwap_24", for: short) }
        #expect(message(["close"], short).contains("320 times, but the columns have 320, 320, 320, 320, 319 values"))
        var gap = Self.candles
        for row in 100..<320 { gap.openTimes[row] += 5_400_000 }
        #expect(message(["close"], gap) == "no error")
    }

    @Test func `values beyond a Float are named with column, row, time and count`() {
        var candles = Self.candles
        for row in 300..<303 {
            candles.volumes[row] = 1e39
        }
        #expect(
            message(["close", "volume"], candles)
                == "column 'volume' has no finite value in 3 of 320 rows, first in candle 300 at 2023-01-13 12:00:00, where it is 1e+39; "
                + "look at the prices and volumes up to there")
    }

    @Test func `prices that never move and volume that is never there have defined values`() throws {
        var candles = CandleSeries()
        for row in 0..<300 { candles.append(openTime: Int64(row) * 900_000, open: 0.1, high: 0.1, low: 0.1, close: 0.1, volume: 0) }
        for columns in [FeatureColumns.regressor, FeatureColumns.priceAction, try FeatureColumns(FeatureColumns.families.map(\.example))] {
            let table = try columns.compute(candles, using: BuiltInIndicators())
            for (name, value) in zip(table.names, table.row(table.rowCount - 1)) {
                let neutral: Float? =
                    switch name {
                    case "bb_percent", "bb_percent_20_2": 0.5
                    case let name where name.hasPrefix("volume_ratio"): 1
                    case let name where name.contains("distance") || name.contains("return") || name.contains("cci"): 0
                    case let name where name.contains("zscore") || name.contains("skew") || name.contains("bb_width"): 0
                    default: nil
                    }
                // Averages of 0.1 are 0.1 within rounding.
                #expect(neutral.map { abs(value - $0) < 1e-12 } ?? true, "\(name) is \(value)")
            }
        }
    }

    @Test func `returns that differ by rounding alone have no skew and no score`() throws {
        var candles = CandleSeries()
        for row in 0..<100 {
            let price = exp(Double(row) * 0.01)
            candles.append(openTime: Int64(row) * 900_000, open: price, high: price, low: price, close: price, volume: 1)
        }
        let table = try FeatureColumns(["return_skew_24", "return_zscore_24", "return_mean_24"]).compute(candles, using: BuiltInIndicators())
        #expect(table.column("return_skew_24")!.allSatisfy { $0 == 0 } && table.column("return_zscore_24")!.allSatisfy { $0 == 0 })
        #expect(table.column("return_mean_24")!.allSatisfy { abs($0 - 0.01) < 1e-8 })
    }

    @Test func `a library that returns too few values is refused`() throws {
        let error = #expect(throws: IndicatorError.self) { try FeatureColumns(["rsi_14"]).compute(Self.candles, using: ShortLibrary()) }
        #expect(error?.message == "column 'rsi_14' came with 2 values for 320 candles; a library returns one per candle")
    }

    @Test func `progress rises from 0 to 1, and a stop is a cancellation`() throws {
        var shares: [Double] = []
        _ = try FeatureColumns.priceAction.compute(Self.candles, using: BuiltInIndicators(), progress: { shares.append($0) })
        #expect(shares.first == 0 && shares.last == 1 && shares == shares.sorted() && shares.count == 15)
        var questions = 0
        #expect(throws: CancellationError.self) {
            try FeatureColumns.priceAction.compute(
                Self.candles, using: BuiltInIndicators(),
                shouldStop: {
                    questions += 1
                    return questions == 3
                })
        }
        #expect(questions == 3)
    }

    @Test func `work that columns share is done once`() throws {
        let library = CountingLibrary()
        let names = ["macd", "macd_signal", "macd_histogram", "bb_middle", "bb_upper", "bb_lower", "bb_width", "bb_percent", "macd_relative"]
        _ = try FeatureColumns(names + ["ema_50", "ema_distance_50", "ema_cross_50_200"]).compute(Self.candles, using: library)
        #expect(library.calls == 4)
    }
}

private struct ShortLibrary: IndicatorLibrary {
    let name = "short"

    func columns(of indicator: TechnicalIndicator, for candles: CandleSeries) throws(IndicatorError) -> [[Double]] { [[1, 2]] }
}

/// Counts what it is asked. Used by one test at a time, hence unchecked.
private final class CountingLibrary: IndicatorLibrary, @unchecked Sendable {
    var calls = 0
    let name = "counting"

    func columns(of indicator: TechnicalIndicator, for candles: CandleSeries) throws(IndicatorError) -> [[Double]] {
        calls += 1
        return try BuiltInIndicators().columns(of: indicator, for: candles)
    }
}
