/// Parts of a candle as shares of its range H - L; all 0 for a candle without range.
enum CandleShape {
    /// (C - O) / (H - L): -1 to 1, negative where the price fell.
    static func body(_ input: CandleInput) -> [Double] { shares(input) { open, _, _, close in close - open } }

    /// From the body up to the high, 0 to 1.
    static func upperShadow(_ input: CandleInput) -> [Double] { shares(input) { open, high, _, close in high - max(open, close) } }

    /// From the body down to the low, 0 to 1.
    static func lowerShadow(_ input: CandleInput) -> [Double] { shares(input) { open, _, low, close in min(open, close) - low } }

    @inline(__always)
    private static func shares(_ input: CandleInput, _ part: (_ open: Double, _ high: Double, _ low: Double, _ close: Double) -> Double) -> [Double] {
        let (opens, highs, lows, closes) = (input.opens, input.highs, input.lows, input.closes)
        return opens.indices.map { index in
            let range = highs[index] - lows[index]
            return range == 0 ? 0 : part(opens[index], highs[index], lows[index], closes[index]) / range
        }
    }
}
