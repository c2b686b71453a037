import ApusData
import Glibc
import Testing

import ApusIndicators

/// The real TA-Lib, where APUS_TALIB names it.
private let path = getenv("APUS_TALIB").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }

@Suite struct TALibraryTests {
    static let indicators: [TechnicalIndicator] = [
        .simpleMovingAverage(period: 50), .exponentialMovingAverage(period: 200),
        .weightedMovingAverage(period: 30), .movingAverageConvergenceDivergence(fast: 12, slow: 26, signal: 9),
        .movingAverageConvergenceDivergence(fast: 26, slow: 12, signal: 2), .relativeStrengthIndex(period: 14),
        .stochastic(period: 14, smoothing: 3, signal: 3), .stochastic(period: 5, smoothing: 1, signal: 2), .williamsR(period: 14),
        .commodityChannelIndex(period: 20), .trueRange, .averageTrueRange(period: 14), .normalizedAverageTrueRange(period: 14),
        .bollingerBands(period: 20, deviations: 2), .bollingerBands(period: 50, deviations: 2.5), .onBalanceVolume,
        .directionalMovement(period: 14), .moneyFlowIndex(period: 14), .rateOfChange(period: 10), .momentum(period: 10),
    ]

    @Test(.enabled(if: path != nil, "set APUS_TALIB to a TA-Lib to compare with it"), arguments: indicators)
    func `TA-Lib and the built-in indicators agree over many candles`(indicator: TechnicalIndicator) throws {
        let library = try TALibrary(path: try #require(path))
        let candles = try MarketSimulator(seed: 21, timeframe: Timeframe("5m")).candles(100_000)
        let (theirs, ours) = (try library.columns(of: indicator, for: candles), try BuiltInIndicators().columns(of: indicator, for: candles))
        #expect(theirs.count == ours.count)
        for (column, both) in zip(theirs, ours).enumerated() {
            #expect(largestError(both.1, both.0) < 1e-9, "column \(column)")
        }
    }

    @Test(.enabled(if: path != nil, "set APUS_TALIB to a TA-Lib to compare with it"))
    func `series of every short length agree`() throws {
        let library = try TALibrary(path: try #require(path))
        let candles = try MarketSimulator(seed: 22, timeframe: Timeframe("5m")).candles(60)
        for indicator in Self.indicators {
            for length in 0...60 {
                let part = candles.prefix(length)
                let (theirs, ours) = (try library.columns(of: indicator, for: part), try BuiltInIndicators().columns(of: indicator, for: part))
                for (their, our) in zip(theirs, ours) { #expect(largestError(our, their) < 1e-9, "\(indicator) of \(length) candles") }
            }
        }
    }

    @Test(.enabled(if: path != nil, "set APUS_TALIB to a TA-Lib to compare with it"))
    func `the tables of both agree, also for prices of a millionth`() throws {
        let library = try TALibrary(path: try #require(path))
        var candles = Fixture.simulated.candles
        for scale in [1.0, 1e-11] {
            candles.opens = Fixture.simulated.candles.opens.map { $0 * scale }
            candles.highs = Fixture.simulated.candles.highs.map { $0 * scale }
            candles.lows = Fixture.simulated.candles.lows.map { $0 * scale }
            candles.closes = Fixture.simulated.candles.closes.map { $0 * scale }
            candles.volumes = Fixture.simulated.candles.volumes.map { $0 / scale }
            for columns in [FeatureColumns.regressor, .priceAction] {
                let (theirs, ours) = (try columns.compute(candles, using: library), try columns.compute(candles, using: BuiltInIndicators()))
                #expect(theirs.library.hasPrefix("TA-Lib ") && theirs.warmUp == ours.warmUp && theirs.names == ours.names)
                for name in columns.names {
                    let error = largestError(ours.column(name)!.map { Double($0) }, theirs.column(name)!.map { Double($0) })
                    // Float has 24 bits.
                    #expect(error < 2e-7, "\(name) at \(scale)")
                }
            }
        }
    }

    @Test(.enabled(if: path != nil, "set APUS_TALIB to a TA-Lib to compare with it"))
    func `the tables of both agree where nothing moves or nothing is traded`() throws {
        let library = try TALibrary(path: try #require(path))
        let columns = try FeatureColumns(FeatureColumns.families.map(\.example))
        let candles = Fixture.awkward.candles
        let (theirs, ours) = (try columns.compute(candles, using: library), try columns.compute(candles, using: BuiltInIndicators()))
        for name in columns.names {
            let error = largestError(ours.column(name)!.map { Double($0) }, theirs.column(name)!.map { Double($0) })
            // TA-Lib subtracts squares of prices, which leaves up to 1e-7 of the price in the width of bands that meet.
            #expect(error < (name.hasPrefix("bb_width") || name.hasPrefix("bb_percent") ? 1e-4 : 1e-6), "\(name)")
        }
    }

    @Test(.enabled(if: path != nil, "set APUS_TALIB to a TA-Lib to compare with it"))
    func `the installed library is preferred, and its refusals are errors`() throws {
        #expect(try IndicatorLibraries.preferred().name.hasPrefix("TA-Lib "))
        let library = try TALibrary(path: try #require(path))
        let error = #expect(throws: IndicatorError.self) {
            try library.columns(of: .relativeStrengthIndex(period: 1), for: Fixture.simulated.candles)
        }
        #expect(error?.message == "TA_RSI failed with code 2, a parameter outside its range")
    }

    @Test(.enabled(if: path == nil, "APUS_TALIB is set")) func `without TA-Lib the built-in indicators compute`() throws {
        let name = try IndicatorLibraries.preferred().name
        #expect(name == "built-in" || name.hasPrefix("TA-Lib "))
    }

    @Test func `a path that is no library says what to do`() {
        let error = #expect(throws: IndicatorError.self) { try TALibrary(path: "/nowhere/libta-lib.so") }
        #expect(error?.message.hasPrefix("TA-Lib cannot be loaded: /nowhere/libta-lib.so: cannot open") == true)
        #expect(error?.message.hasSuffix("Correct APUS_TALIB, or unset it to use the built-in indicators") == true)
    }

    @Test func `another library is refused by the function it lacks`() {
        let error = #expect(throws: IndicatorError.self) { try TALibrary(path: "libm.so.6") }
        #expect(error?.message.contains("libm.so.6 is not the TA-Lib that is needed: it has no function TA_Initialize") == true)
    }
}
