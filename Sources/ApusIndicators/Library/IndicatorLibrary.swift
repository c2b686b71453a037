public import ApusData

/// Something that computes technical indicators: the code of this module, or TA-Lib.
public protocol IndicatorLibrary: Sendable {
    /// What it is called in reports: `built-in`, `TA-Lib 0.8.1`.
    var name: String { get }

    /// The columns of `indicator` in the order stated there, one value per candle, NaN before the first one.
    ///
    /// - Throws: `IndicatorError` for a parameter outside its range, or when the library fails.
    func columns(of indicator: TechnicalIndicator, for candles: CandleSeries) throws(IndicatorError) -> [[Double]]
}

/// The functions of `Indicators`.
public struct BuiltInIndicators: IndicatorLibrary {
    public init() {}

    public var name: String { "built-in" }

    public func columns(of indicator: TechnicalIndicator, for candles: CandleSeries) throws(IndicatorError) -> [[Double]] {
        let (highs, lows, closes, volumes) = (candles.highs, candles.lows, candles.closes, candles.volumes)
        switch indicator {
        case .simpleMovingAverage(let period): return [try Indicators.simpleMovingAverage(closes, period: period)]
        case .exponentialMovingAverage(let period): return [try Indicators.exponentialMovingAverage(closes, period: period)]
        case .weightedMovingAverage(let period): return [try Indicators.weightedMovingAverage(closes, period: period)]
        case .movingAverageConvergenceDivergence(let fast, let slow, let signal):
            let macd = try Indicators.movingAverageConvergenceDivergence(closes, fast: fast, slow: slow, signal: signal)
            return [macd.line, macd.signal, macd.histogram]
        case .relativeStrengthIndex(let period): return [try Indicators.relativeStrengthIndex(closes, period: period)]
        case .stochastic(let period, let smoothing, let signal):
            let both = try Indicators.stochastic(
                highs: highs, lows: lows, closes: closes, period: period, smoothing: smoothing, signal: signal)
            return [both.k, both.d]
        case .williamsR(let period): return [try Indicators.williamsR(highs: highs, lows: lows, closes: closes, period: period)]
        case .commodityChannelIndex(let period):
            return [try Indicators.commodityChannelIndex(highs: highs, lows: lows, closes: closes, period: period)]
        case .trueRange: return [try Indicators.trueRange(highs: highs, lows: lows, closes: closes)]
        case .averageTrueRange(let period): return [try Indicators.averageTrueRange(highs: highs, lows: lows, closes: closes, period: period)]
        case .normalizedAverageTrueRange(let period):
            return [try Indicators.normalizedAverageTrueRange(highs: highs, lows: lows, closes: closes, period: period)]
        case .bollingerBands(let period, let deviations):
            let bands = try Indicators.bollingerBands(closes, period: period, deviations: deviations)
            return [bands.middle, bands.upper, bands.lower]
        case .onBalanceVolume: return [try Indicators.onBalanceVolume(closes: closes, volumes: volumes)]
        case .directionalMovement(let period):
            let movement = try Indicators.directionalMovement(highs: highs, lows: lows, closes: closes, period: period)
            return [movement.adx, movement.plus, movement.minus]
        case .moneyFlowIndex(let period):
            return [try Indicators.moneyFlowIndex(highs: highs, lows: lows, closes: closes, volumes: volumes, period: period)]
        case .rateOfChange(let period): return [try Indicators.rateOfChange(closes, period: period)]
        case .momentum(let period): return [try Indicators.momentum(closes, period: period)]
        }
    }
}
