import ApusData
import Testing

import ApusIndicators

@Suite struct CausalityTests {
    @Test(arguments: FeatureColumns.setNames) func `no value changes when the future is cut off`(name: String) throws {
        let columns = try FeatureColumns.named(name)
        let candles = try MarketSimulator(seed: 11, timeframe: Timeframe("15m")).candles(700)
        let whole = try columns.compute(candles, using: BuiltInIndicators())
        // Every length around the warm-up and the blocks of common windows, then some.
        for length in Array(columns.warmUp + 1...columns.warmUp + 60) + Array(stride(from: 270, through: 700, by: 37)) {
            let part = try columns.compute(candles.prefix(length), using: BuiltInIndicators())
            let same = part.values.indices.allSatisfy { part.values[$0].bitPattern == whole.values[$0].bitPattern }
            #expect(same && part.rowCount == length - columns.warmUp, "\(length) candles")
        }
    }

    @Test(arguments: FeatureColumns.families.map(\.example)) func `no column's last value changes when the future comes`(name: String) throws {
        let columns = try FeatureColumns([name])
        let candles = try MarketSimulator(seed: 12, timeframe: Timeframe("1h")).candles(400)
        let whole = try ReferenceTests.column(name, candles)
        for length in stride(from: columns.warmUp + 1, through: 400, by: 7) {
            let last = try ReferenceTests.column(name, candles.prefix(length)).last
            #expect(last?.bitPattern == whole[length - 1].bitPattern, "\(name) of \(length) candles")
        }
    }

    @Test func `a window forgets what leaves it, to the last bit of a moderate value`() throws {
        // A running sum would keep the rounding of 1e15 for ever.
        var values = (0..<200).map { 100 + Double($0 % 7) }
        let calm = values
        values[10] = 1e15
        for (disturbed, quiet) in [
            (rollingMean(values, period: 20), rollingMean(calm, period: 20)), (rollingSum(values, period: 20), rollingSum(calm, period: 20)),
            (rollingMoments(values, period: 20).deviations, rollingMoments(calm, period: 20).deviations),
            (rollingWeightedMean(values, period: 20), rollingWeightedMean(calm, period: 20)),
            (rollingHighest(values, period: 20), rollingHighest(calm, period: 20)),
        ] {
            #expect(Array(disturbed[30...]) == Array(quiet[30...]))
            #expect(disturbed[29] != quiet[29])
        }
    }
}
