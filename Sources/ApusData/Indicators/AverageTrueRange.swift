/// Average true range: an EMA (weight 2 / (period + 1)) of max(H - L, |H - previous C|, |L - previous C|), started at H - L of bar 0.
///
/// Wilder's own average has the weight 1 / period; the published features use the EMA.
public func averageTrueRange(highs: [Double], lows: [Double], closes: [Double], period: Int = 14) -> [Double] {
    let ranges = closes.indices.map { bar in
        let range = highs[bar] - lows[bar]
        guard bar > 0 else { return range }
        return max(range, abs(highs[bar] - closes[bar - 1]), abs(lows[bar] - closes[bar - 1]))
    }
    return exponentialMovingAverage(ranges, period: period)
}
