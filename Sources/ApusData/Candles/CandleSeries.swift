/// Candles in order of time, one array per column.
public struct CandleSeries: Sendable, Equatable {
    /// When each candle opens: milliseconds since 1970-01-01 UTC.
    public var openTimes: [Int64] = []
    public var opens: [Double] = []
    public var highs: [Double] = []
    public var lows: [Double] = []
    public var closes: [Double] = []
    /// Traded amount of the base asset.
    public var volumes: [Double] = []

    public init() {}

    public var count: Int { openTimes.count }

    mutating func reserveCapacity(_ count: Int) {
        openTimes.reserveCapacity(count)
        opens.reserveCapacity(count)
        highs.reserveCapacity(count)
        lows.reserveCapacity(count)
        closes.reserveCapacity(count)
        volumes.reserveCapacity(count)
    }

    public mutating func append(openTime: Int64, open: Double, high: Double, low: Double, close: Double, volume: Double) {
        openTimes.append(openTime)
        opens.append(open)
        highs.append(high)
        lows.append(low)
        closes.append(close)
        volumes.append(volume)
    }

    /// The first `count` candles.
    public func prefix(_ count: Int) -> CandleSeries { self[0..<min(count, self.count)] }

    /// The last `count` candles.
    public func suffix(_ count: Int) -> CandleSeries { self[max(0, self.count - count)..<self.count] }

    /// The candles of `range`.
    public subscript(range: Range<Int>) -> CandleSeries {
        var result = CandleSeries()
        result.openTimes = Array(openTimes[range])
        result.opens = Array(opens[range])
        result.highs = Array(highs[range])
        result.lows = Array(lows[range])
        result.closes = Array(closes[range])
        result.volumes = Array(volumes[range])
        return result
    }

    /// The most frequent step between candles, in milliseconds; nil below two candles.
    public var usualStep: Int64? {
        var counts: [Int64: Int] = [:]
        for index in openTimes.indices.dropFirst() { counts[openTimes[index] - openTimes[index - 1], default: 0] += 1 }
        return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
    }
}
