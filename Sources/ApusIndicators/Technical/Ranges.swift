extension Indicators {
    /// True range: max(H - L, |H - previous C|, |L - previous C|). First value at 1.
    public static func trueRange(highs: [Double], lows: [Double], closes: [Double]) throws(IndicatorError) -> [Double] {
        try check(counts: highs.count, lows.count, closes.count)
        return closes.indices.map { index in
            guard index > 0 else { return .nan }
            return max(highs[index], closes[index - 1]) - min(lows[index], closes[index - 1])
        }
    }

    /// ATR after Wilder: the mean of the first `period` true ranges (2 or more), then weight 1 / period. First value at `period`.
    public static func averageTrueRange(highs: [Double], lows: [Double], closes: [Double], period: Int = 14) throws(IndicatorError) -> [Double] {
        try check(period)
        let ranges = try trueRange(highs: highs, lows: lows, closes: closes)
        var result = [Double](repeating: .nan, count: ranges.count)
        guard ranges.count > period else { return result }
        let weight = 1 / Double(period)
        var average = ranges[1...period].reduce(0, +) * weight
        result[period] = average
        for index in period + 1..<ranges.count {
            average += (ranges[index] - average) * weight
            result[index] = average
        }
        return result
    }

    /// NATR: the ATR in percent of the close. First value at `period`.
    public static func normalizedAverageTrueRange(
        highs: [Double], lows: [Double], closes: [Double], period: Int = 14
    ) throws(IndicatorError) -> [Double] {
        let ranges = try averageTrueRange(highs: highs, lows: lows, closes: closes, period: period)
        return closes.indices.map { ranges[$0] / closes[$0] * 100 }
    }

    /// Bollinger bands: the SMA, and `deviations` population standard deviations above and below. First values at `period - 1` (2 or more).
    public static func bollingerBands(
        _ values: [Double], period: Int = 20, deviations: Double = 2
    ) throws(IndicatorError) -> (middle: [Double], upper: [Double], lower: [Double]) {
        try check(period)
        guard deviations > 0, deviations.isFinite else {
            throw IndicatorError(.invalidParameter, "the bands are \(deviations) deviations away; give a number above 0, such as 2")
        }
        let moments = rollingMoments(values, period: period)
        let distances = moments.deviations.map { $0 * deviations }
        let middle = moments.means
        return (middle, values.indices.map { middle[$0] + distances[$0] }, values.indices.map { middle[$0] - distances[$0] })
    }
}
