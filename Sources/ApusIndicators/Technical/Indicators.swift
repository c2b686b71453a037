/// Technical indicators over columns of candles, as TA-Lib 0.8 defines them.
///
/// All take N values, oldest first, and return N values: NaN before an indicator has seen as many candles as it needs, the same seeds
/// and warm-up as TA-Lib, and only candles up to the same one in each value. NaN before the first value is skipped, so that an
/// indicator of an indicator works; other values must be finite.
public enum Indicators {
    /// Longest period, as in TA-Lib.
    public static let longestPeriod = 100_000

    static func check(_ period: Int, atLeast least: Int = 2, _ name: String = "period") throws(IndicatorError) {
        guard (least...longestPeriod).contains(period) else {
            throw IndicatorError(.invalidParameter, "the \(name) is \(period); it must be between \(least) and \(longestPeriod)")
        }
    }

    static func check(counts: Int...) throws(IndicatorError) {
        guard counts.allSatisfy({ $0 == counts[0] }) else {
            let listed = counts.map(String.init).joined(separator: ", ")
            throw IndicatorError(.invalidCandles, "the columns have \(listed) values; give each the same number, one per candle")
        }
    }
}
