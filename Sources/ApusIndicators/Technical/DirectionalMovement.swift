extension Indicators {
    /// Wilder's directional movement, 0 to 100: the strength of the trend (ADX), and the indicators of rising (+DI) and falling (-DI).
    ///
    /// The sums of movement and true range lose 1 / period a candle. +DI and -DI have their first values at `period` (2 or more), ADX
    /// at `2 * period - 1`: the mean of `period` values of |+DI - -DI| / (+DI + -DI).
    /// All are 0 as long as nothing has moved.
    public static func directionalMovement(
        highs: [Double], lows: [Double], closes: [Double], period: Int = 14
    ) throws(IndicatorError) -> (adx: [Double], plus: [Double], minus: [Double]) {
        try check(counts: highs.count, lows.count, closes.count)
        try check(period)
        let empty = [Double](repeating: .nan, count: closes.count)
        var (adx, plus, minus) = (empty, empty, empty)
        let weight = 1 / Double(period)
        var (rising, falling, range, average) = (0.0, 0.0, 0.0, 0.0)
        for index in closes.indices.dropFirst() {
            let (up, down) = (highs[index] - highs[index - 1], lows[index - 1] - lows[index])
            // The first period - 1 candles make the sums.
            let kept = index < period ? 1 : 1 - weight
            rising = rising * kept + (up > 0 && up > down ? up : 0)
            falling = falling * kept + (down > 0 && down > up ? down : 0)
            range = range * kept + max(highs[index], closes[index - 1]) - min(lows[index], closes[index - 1])
            guard index >= period else { continue }
            plus[index] = range == 0 ? 0 : 100 * rising / range
            minus[index] = range == 0 ? 0 : 100 * falling / range
            let movement = rising + falling
            let strength = movement == 0 ? 0 : 100 * abs(rising - falling) / movement
            average += index < 2 * period ? strength * weight : (strength - average) * weight
            if index >= 2 * period - 1 { adx[index] = average }
        }
        return (adx, plus, minus)
    }
}
