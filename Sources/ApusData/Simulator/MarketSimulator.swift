/// Makes OHLCV candles of a market that does not exist: the same bits for the same seed, symbol, timeframe and length, anywhere.
///
/// Price follows a plan of swings (`SwingPlan`) plus noise whose volatility comes in clusters. What a chart reader looks for is there
/// by construction, so that a sequence model can learn it: momentum builds up within a swing, volume dries up on the way and climaxes
/// before the turn, impulses trade more than corrections. Noise, and the swings of a range, leave errors that no model can avoid.
/// Only + - * / and square roots are used, which IEEE 754 fixes to the last bit.
public struct MarketSimulator: Sendable {
    public let seed: UInt64
    public let symbol: String
    public let timeframe: Timeframe

    /// When the first candle opens: 2023-01-01 00:00 UTC.
    public static let firstOpenTime: Int64 = 1_672_531_200_000
    public static let largestBarCount = 10_000_000

    public init(seed: UInt64 = 0, symbol: String = "BTCUSDT", timeframe: Timeframe) {
        self.seed = seed
        self.symbol = symbol
        self.timeframe = timeframe
    }

    /// The first `bars` candles; a longer series begins with the shorter one.
    ///
    /// - Throws: `DataError` for a length outside 1...10,000,000; `CancellationError` when `shouldStop` says so.
    public func candles(_ bars: Int, progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }) throws -> CandleSeries {
        guard (1...Self.largestBarCount).contains(bars) else {
            throw DataError(.invalidValues, "cannot simulate \(bars) candles; ask for 1 to \(Self.largestBarCount)")
        }
        var series = CandleSeries()
        series.reserveCapacity(bars)
        var market = SimulatedMarket(random: DeterministicRandom(seed: seed, words: [symbol, timeframe.description]), quote: Quote(symbol: symbol))
        for bar in 0..<bars {
            let candle = market.next()
            series.append(
                openTime: Self.firstOpenTime + Int64(bar) * timeframe.milliseconds, open: candle.open, high: candle.high, low: candle.low,
                close: candle.close, volume: candle.volume)
            guard bar.isMultiple(of: 16384) else { continue }
            progress(Double(bar) / Double(bars))
            if shouldStop() { throw CancellationError() }
        }
        progress(1)
        return series
    }
}

/// Starting price, price step and usual volume of a symbol.
struct Quote {
    var price: Double
    /// Steps in a unit of price: prices are whole multiples of 1 / `stepsPerUnit`.
    var stepsPerUnit: Double
    /// Usual traded amount per candle, in the base asset.
    var volume: Double

    init(symbol: String) {
        switch symbol.uppercased() {
        case "BTCUSDT": (price, stepsPerUnit, volume) = (42_000, 100, 600)
        case "ETHUSDT": (price, stepsPerUnit, volume) = (2_300, 100, 6_000)
        default:
            var random = DeterministicRandom(seed: 0, words: [symbol.uppercased()])
            price = random.uniform(20...900)
            stepsPerUnit = 10_000
            volume = random.uniform(2_000...90_000)
        }
    }

    /// The nearest price that can be quoted.
    func rounded(_ price: Double) -> Double { (price * stepsPerUnit).rounded() / stepsPerUnit }
}
