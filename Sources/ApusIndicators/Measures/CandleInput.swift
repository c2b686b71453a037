import ApusData
import Glibc

/// Candles, and the series that many columns are made from, computed once when first needed.
final class CandleInput {
    let candles: CandleSeries

    init(_ candles: CandleSeries) { self.candles = candles }

    var count: Int { candles.count }
    var opens: [Double] { candles.opens }
    var highs: [Double] { candles.highs }
    var lows: [Double] { candles.lows }
    var closes: [Double] { candles.closes }
    var volumes: [Double] { candles.volumes }

    /// log(C / previous C); NaN for the first candle.
    private(set) lazy var logReturns: [Double] = {
        let closes = candles.closes
        return closes.indices.map { $0 == 0 ? .nan : log(closes[$0] / closes[$0 - 1]) }
    }()

    private(set) lazy var squaredLogReturns: [Double] = logReturns.map { $0 * $0 }

    /// log(H / L) squared.
    private(set) lazy var squaredLogRanges: [Double] = {
        let (highs, lows) = (candles.highs, candles.lows)
        return highs.indices.map { index in
            let range = log(highs[index] / lows[index])
            return range * range
        }
    }()
}
