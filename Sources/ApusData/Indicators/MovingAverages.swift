/// Exponential moving average with weight 2 / (period + 1), started at the first value.
public func exponentialMovingAverage(_ values: [Double], period: Int) -> [Double] {
    guard var average = values.first else { return [] }
    let weight = 2 / (Double(period) + 1)
    return [average]
        + values.dropFirst().map { value in
            average = value * weight + average * (1 - weight)
            return average
        }
}

/// Mean of the last `period` values; NaN before there are that many.
///
/// Each window is summed afresh: a running sum would carry the rounding of large values through the whole series.
public func simpleMovingAverage(_ values: [Double], period: Int) -> [Double] {
    values.indices.map { bar in
        bar + 1 < period ? .nan : values[(bar + 1 - period)...bar].reduce(0, +) / Double(period)
    }
}

/// Moving average convergence divergence: difference of a fast and a slow EMA, its own EMA (signal), and their difference.
public func movingAverageConvergenceDivergence(
    _ closes: [Double], fast: Int = 12, slow: Int = 26, signal: Int = 9
) -> (line: [Double], signal: [Double], histogram: [Double]) {
    let line = zip(exponentialMovingAverage(closes, period: fast), exponentialMovingAverage(closes, period: slow)).map { $0 - $1 }
    let signalLine = exponentialMovingAverage(line, period: signal)
    return (line, signalLine, zip(line, signalLine).map { $0 - $1 })
}
