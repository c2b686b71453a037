extension Indicators {
    /// SMA: mean of the last `period` values (2 or more). First value at `period - 1`.
    public static func simpleMovingAverage(_ values: [Double], period: Int) throws(IndicatorError) -> [Double] {
        try check(period)
        return rollingMean(values, period: period)
    }

    /// EMA: weight 2 / (period + 1), started with the mean of the first `period` values (2 or more). First value at `period - 1`.
    public static func exponentialMovingAverage(_ values: [Double], period: Int) throws(IndicatorError) -> [Double] {
        try check(period)
        return exponentialMovingAverage(values, period: period, from: firstValue(of: values))
    }

    /// The EMA whose first mean is that of the values `start ..< start + period`.
    static func exponentialMovingAverage(_ values: [Double], period: Int, from start: Int) -> [Double] {
        var result = [Double](repeating: .nan, count: values.count)
        guard values.count - start >= period else { return result }
        let weight = 2 / Double(period + 1)
        var average = values[start..<start + period].reduce(0, +) / Double(period)
        result[start + period - 1] = average
        for index in start + period..<values.count {
            average += (values[index] - average) * weight
            result[index] = average
        }
        return result
    }

    /// WMA: the newest value has the weight `period` (2 or more), the oldest 1. First value at `period - 1`.
    public static func weightedMovingAverage(_ values: [Double], period: Int) throws(IndicatorError) -> [Double] {
        try check(period)
        return rollingWeightedMean(values, period: period)
    }

    /// MACD: fast EMA less slow EMA (line), the EMA of that (signal), and their difference (histogram).
    ///
    /// Both EMAs begin at `slow - 1`, so that the fast one starts with the mean of the `fast` values up to there. All three have
    /// their first value at `slow + signal - 2`. A fast period above the slow one is exchanged with it.
    public static func movingAverageConvergenceDivergence(
        _ values: [Double], fast: Int = 12, slow: Int = 26, signal: Int = 9
    ) throws(IndicatorError) -> (line: [Double], signal: [Double], histogram: [Double]) {
        try check(fast, "fast period")
        try check(slow, "slow period")
        try check(signal, "signal period")
        let (fast, slow) = (min(fast, slow), max(fast, slow))
        let first = firstValue(of: values)
        let fastAverage = exponentialMovingAverage(values, period: fast, from: first + slow - fast)
        let slowAverage = exponentialMovingAverage(values, period: slow, from: first)
        var line = values.indices.map { fastAverage[$0] - slowAverage[$0] }
        let signalLine = exponentialMovingAverage(line, period: signal, from: firstValue(of: line))
        for index in 0..<min(first + slow + signal - 2, line.count) { line[index] = .nan }
        return (line, signalLine, values.indices.map { line[$0] - signalLine[$0] })
    }
}
