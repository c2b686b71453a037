extension Indicators {
    /// RSI after Wilder, 0 to 100; 0 where the price has never moved, as TA-Lib has it. First value at `period` (2 or more).
    public static func relativeStrengthIndex(_ values: [Double], period: Int = 14) throws(IndicatorError) -> [Double] {
        try check(period)
        var result = [Double](repeating: .nan, count: values.count)
        let first = firstValue(of: values)
        guard values.count - first > period else { return result }
        let weight = 1 / Double(period)
        var (gain, loss) = (0.0, 0.0)
        for index in first + 1..<values.count {
            let change = values[index] - values[index - 1]
            let (up, down) = (max(change, 0), max(-change, 0))
            if index - first <= period {
                gain += up * weight
                loss += down * weight
            } else {
                gain += (up - gain) * weight
                loss += (down - loss) * weight
            }
            guard index - first >= period else { continue }
            result[index] = gain + loss == 0 ? 0 : 100 * gain / (gain + loss)
        }
        return result
    }

    /// Slow stochastic, 0 to 100: where the close lies in the range of `period` candles, smoothed by an SMA (k), and again (d).
    ///
    /// A range of zero gives 0, as TA-Lib has it. First values of both at `period + smoothing + signal - 3`.
    public static func stochastic(
        highs: [Double], lows: [Double], closes: [Double], period: Int = 14, smoothing: Int = 3, signal: Int = 3
    ) throws(IndicatorError) -> (k: [Double], d: [Double]) {
        try check(counts: highs.count, lows.count, closes.count)
        try check(period, atLeast: 1)
        try check(smoothing, atLeast: 1, "smoothing period")
        try check(signal, atLeast: 1, "signal period")
        let (highest, lowest) = (rollingHighest(highs, period: period), rollingLowest(lows, period: period))
        let raw = closes.indices.map { index in
            let range = highest[index] - lowest[index]
            return range == 0 ? 0 : (closes[index] - lowest[index]) / range * 100
        }
        var k = rollingMean(raw, period: smoothing)
        let d = rollingMean(k, period: signal)
        for index in 0..<min(period + smoothing + signal - 3, k.count) { k[index] = .nan }
        return (k, d)
    }

    /// Williams' %R, -100 to 0: how far the close is below the highest high; 0 for a range of zero. First value at `period - 1` (2 or more).
    public static func williamsR(highs: [Double], lows: [Double], closes: [Double], period: Int = 14) throws(IndicatorError) -> [Double] {
        try check(counts: highs.count, lows.count, closes.count)
        try check(period)
        let (highest, lowest) = (rollingHighest(highs, period: period), rollingLowest(lows, period: period))
        return closes.indices.map { index in
            let range = highest[index] - lowest[index]
            return range == 0 ? 0 : (highest[index] - closes[index]) / range * -100
        }
    }

    /// Lambert's CCI: distance of the typical price to its mean in units of 0.015 mean deviations; 0 where nothing moves.
    ///
    /// First value at `period - 1` (2 or more). The mean deviation takes time in proportion to the period.
    public static func commodityChannelIndex(highs: [Double], lows: [Double], closes: [Double], period: Int = 20) throws(IndicatorError) -> [Double] {
        try check(counts: highs.count, lows.count, closes.count)
        try check(period)
        let prices = typicalPrices(highs: highs, lows: lows, closes: closes)
        let means = rollingMean(prices, period: period)
        var result = [Double](repeating: .nan, count: prices.count)
        guard prices.count >= period else { return result }
        for index in period - 1..<prices.count {
            let mean = means[index]
            var sum = 0.0
            for earlier in index + 1 - period...index { sum += abs(prices[earlier] - mean) }
            let deviation = sum / Double(period)
            result[index] = deviation == 0 ? 0 : (prices[index] - mean) / (0.015 * deviation)
        }
        return result
    }

    /// (H + L + C) / 3
    public static func typicalPrices(highs: [Double], lows: [Double], closes: [Double]) -> [Double] {
        closes.indices.map { (highs[$0] + lows[$0] + closes[$0]) / 3 }
    }
}
