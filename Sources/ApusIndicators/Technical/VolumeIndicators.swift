extension Indicators {
    /// OBV: the volume of the first candle, then plus the volume of candles that close higher, less that of those that close lower.
    public static func onBalanceVolume(closes: [Double], volumes: [Double]) throws(IndicatorError) -> [Double] {
        try check(counts: closes.count, volumes.count)
        var balance = volumes.first ?? 0
        return closes.indices.map { index in
            if index > 0, closes[index] > closes[index - 1] { balance += volumes[index] }
            if index > 0, closes[index] < closes[index - 1] { balance -= volumes[index] }
            return balance
        }
    }

    /// MFI, 0 to 100: share of the money flow (typical price times volume) of `period` candles in those whose typical price rose.
    ///
    /// Less than 1 unit of money in all is no flow, and the index 0, as TA-Lib has it. First value at `period` (2 or more).
    public static func moneyFlowIndex(
        highs: [Double], lows: [Double], closes: [Double], volumes: [Double], period: Int = 14
    ) throws(IndicatorError) -> [Double] {
        try check(counts: highs.count, lows.count, closes.count, volumes.count)
        try check(period)
        let prices = typicalPrices(highs: highs, lows: lows, closes: closes)
        func flows(_ counts: (Double, Double) -> Bool) -> [Double] {
            prices.indices.map { index in
                guard index > 0 else { return .nan }
                return counts(prices[index - 1], prices[index]) ? prices[index] * volumes[index] : 0
            }
        }
        let rising = rollingSum(flows { $0 < $1 }, period: period)
        let falling = rollingSum(flows { $0 > $1 }, period: period)
        return prices.indices.map { index in
            let flow = rising[index] + falling[index]
            return flow < 1 ? 0 : 100 * (rising[index] / flow)
        }
    }
}
