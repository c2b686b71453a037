/// A table of Float64 features: row-major values of shape (N bars, F features) and the F names.
public struct TechnicalFeatureTable: Sendable, Equatable {
    public let names: [String]
    public var values: [Double]

    public var rowCount: Int { values.count / names.count }

    /// The values of column `index`, one per bar.
    public func column(_ index: Int) -> [Double] { stride(from: index, to: values.count, by: names.count).map { values[$0] } }
}

/// The 13 features of the published ZigZag models, in their order.
public enum TechnicalFeatures {
    public static let names = [
        "rsi_14", "macd", "macd_signal", "macd_histogram", "atr_14", "high_low_ratio", "close_range", "highest_20", "lowest_20", "volume_sma_20",
        "volume_ratio", "returns", "returns_volatility",
    ]

    /// What `lowest_20` is the lowest of.
    public enum LowestSource: Sendable {
        /// The lowest **high** of 20 bars: a slip in the published pipeline that published models were trained with, hence the default.
        case highs
        /// The lowest low of 20 bars.
        case lows
    }

    /// Computes the features. A row depends on its own and earlier bars only.
    ///
    /// `rsi_14` is NaN for the first 14 bars, `volume_sma_20` for the first 19; there `volume_ratio` is the volume itself.
    ///
    /// - Returns: a table of shape (N, 13).
    public static func table(of candles: CandleSeries, lowest: LowestSource = .highs) -> TechnicalFeatureTable {
        let (highs, lows, closes, volumes) = (candles.highs, candles.lows, candles.closes, candles.volumes)
        let macd = movingAverageConvergenceDivergence(closes)
        let (highest, lowestHigh) = rollingExtremes(highs, period: 20)
        let volumeAverage = simpleMovingAverage(volumes, period: 20)
        let returns = logReturns(closes)
        let columns: [[Double]] = [
            relativeStrengthIndex(closes),
            macd.line,
            macd.signal,
            macd.histogram,
            averageTrueRange(highs: highs, lows: lows, closes: closes),
            closes.indices.map { (highs[$0] - lows[$0]) / (lows[$0] == 0 ? 1 : lows[$0]) * 100 },
            closes.indices.map { (closes[$0] - lows[$0]) / (highs[$0] == lows[$0] ? 1 : highs[$0] - lows[$0]) },
            highest,
            lowest == .highs ? lowestHigh : rollingExtremes(lows, period: 20).lowest,
            volumeAverage,
            closes.indices.map { volumes[$0] / (volumeAverage[$0] > 0 ? volumeAverage[$0] : 1) },
            returns,
            rollingDeviation(returns, period: 20),
        ]
        var values = [Double](repeating: 0, count: candles.count * columns.count)
        for (index, column) in columns.enumerated() {
            for bar in column.indices { values[bar * columns.count + index] = column[bar] }
        }
        return TechnicalFeatureTable(names: names, values: values)
    }
}
