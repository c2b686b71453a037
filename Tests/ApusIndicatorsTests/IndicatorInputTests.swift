import Testing

import ApusIndicators

@Suite struct IndicatorInputTests {
    static let values = [1.0, 2, 3, 4]

    @Test(arguments: [-1, 0, 1, 100_001]) func `periods outside their range are refused`(period: Int) {
        let v = Self.values
        let calls: [() throws -> Any] = [
            { try Indicators.simpleMovingAverage(v, period: period) }, { try Indicators.exponentialMovingAverage(v, period: period) },
            { try Indicators.weightedMovingAverage(v, period: period) }, { try Indicators.relativeStrengthIndex(v, period: period) },
            { try Indicators.movingAverageConvergenceDivergence(v, fast: period) },
            { try Indicators.movingAverageConvergenceDivergence(v, slow: period) },
            { try Indicators.movingAverageConvergenceDivergence(v, signal: period) },
            { try Indicators.williamsR(highs: v, lows: v, closes: v, period: period) },
            { try Indicators.commodityChannelIndex(highs: v, lows: v, closes: v, period: period) },
            { try Indicators.averageTrueRange(highs: v, lows: v, closes: v, period: period) },
            { try Indicators.normalizedAverageTrueRange(highs: v, lows: v, closes: v, period: period) },
            { try Indicators.bollingerBands(v, period: period) },
            { try Indicators.directionalMovement(highs: v, lows: v, closes: v, period: period) },
            { try Indicators.moneyFlowIndex(highs: v, lows: v, closes: v, volumes: v, period: period) },
        ]
        for (index, call) in calls.enumerated() {
            let error = #expect(throws: IndicatorError.self, "call \(index)") { _ = try call() }
            #expect(error?.message.contains("is \(period); it must be between 2 and 100000") == true)
        }
    }

    @Test(arguments: [-1, 0, 100_001]) func `lags outside their range are refused`(period: Int) {
        let v = Self.values
        #expect(throws: IndicatorError.self) { try Indicators.rateOfChange(v, period: period) }
        #expect(throws: IndicatorError.self) { try Indicators.momentum(v, period: period) }
        #expect(throws: IndicatorError.self) { try Indicators.stochastic(highs: v, lows: v, closes: v, period: period) }
        #expect(throws: IndicatorError.self) { try Indicators.stochastic(highs: v, lows: v, closes: v, smoothing: period) }
        #expect(throws: IndicatorError.self) { try Indicators.stochastic(highs: v, lows: v, closes: v, signal: period) }
    }

    @Test func `columns of different lengths are refused`() {
        let (v, short) = (Self.values, [1.0, 2])
        #expect(throws: IndicatorError.self) { try Indicators.williamsR(highs: v, lows: short, closes: v) }
        #expect(throws: IndicatorError.self) { try Indicators.trueRange(highs: v, lows: v, closes: short) }
        #expect(throws: IndicatorError.self) { try Indicators.onBalanceVolume(closes: v, volumes: short) }
        let error = #expect(throws: IndicatorError.self) { try Indicators.moneyFlowIndex(highs: v, lows: v, closes: v, volumes: short) }
        #expect(error?.message == "the columns have 4, 4, 4, 2 values; give each the same number, one per candle")
    }

    @Test(arguments: [0, -2, Double.nan, .infinity]) func `bands at no distance are refused`(deviations: Double) {
        #expect(throws: IndicatorError.self) { try Indicators.bollingerBands(Self.values, period: 2, deviations: deviations) }
    }

    @Test func `an indicator of an indicator begins where it can`() throws {
        let values = (0..<60).map { Double($0 * $0) }
        let inner = try Indicators.exponentialMovingAverage(values, period: 10)
        let outer: [([Double], Int)] = [
            (try Indicators.exponentialMovingAverage(inner, period: 10), 18), (try Indicators.simpleMovingAverage(inner, period: 10), 18),
            (try Indicators.relativeStrengthIndex(inner, period: 10), 19),
            (try Indicators.movingAverageConvergenceDivergence(inner).line, 9 + 33),
        ]
        for (values, first) in outer { #expect(values.firstIndex { !$0.isNaN } == first) }
    }
}
