/// One of the indicators that TA-Lib defines, with its parameters; of the close where it is of one series.
public enum TechnicalIndicator: Hashable, Sendable {
    case simpleMovingAverage(period: Int)
    case exponentialMovingAverage(period: Int)
    case weightedMovingAverage(period: Int)
    /// Columns: line, signal, histogram.
    case movingAverageConvergenceDivergence(fast: Int, slow: Int, signal: Int)
    case relativeStrengthIndex(period: Int)
    /// Columns: k, d.
    case stochastic(period: Int, smoothing: Int, signal: Int)
    case williamsR(period: Int)
    case commodityChannelIndex(period: Int)
    case trueRange
    case averageTrueRange(period: Int)
    case normalizedAverageTrueRange(period: Int)
    /// Columns: middle, upper, lower.
    case bollingerBands(period: Int, deviations: Double)
    case onBalanceVolume
    /// Columns: ADX, +DI, -DI.
    case directionalMovement(period: Int)
    case moneyFlowIndex(period: Int)
    case rateOfChange(period: Int)
    case momentum(period: Int)
}
