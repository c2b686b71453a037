/// The moving state of a simulated market; `next()` makes one candle.
struct SimulatedMarket {
    struct Candle {
        var open, high, low, close, volume: Double
    }

    private var random: DeterministicRandom
    private let quote: Quote
    private var plan = SwingPlan()
    private var swing: Swing
    private var barOfSwing = 0
    /// Price at the turn where the present swing began.
    private var turnPrice: Double
    private var previousClose: Double
    /// Distance of the price from the swing's path, as a share: an Ornstein-Uhlenbeck process.
    private var noise = 0.0
    /// Multiplier of the noise, moving slowly around 1.
    private var volatility = 1.0
    private var volumeMood = 1.0

    // Per bar. The noise settles at about 0.0016 / sqrt(1 - 0.8²) = 0.27 % around the path: far from the 5 % of a turn.
    private static let noiseMemory = 0.8
    private static let noiseSize = 0.0016
    private static let stepsPerBar = 6

    init(random: DeterministicRandom, quote: Quote) {
        self.random = random
        self.quote = quote
        turnPrice = quote.price
        previousClose = quote.rounded(quote.price)
        swing = plan.next(level: 1, &self.random)
    }

    mutating func next() -> Candle {
        let open = previousClose
        var (high, low, close) = (open, open, open)
        let begin = Double(barOfSwing) / Double(swing.bars)
        let end = Double(barOfSwing + 1) / Double(swing.bars)
        updateMoods()
        let deviation = Self.noiseSize * volatility
        for step in 1...Self.stepsPerBar {
            let share = begin + (end - begin) * Double(step) / Double(Self.stepsPerBar)
            // Within the bar the noise only moves; its pull towards the path acts once a bar.
            noise += deviation * random.normal() * 0.41
            close = turnPrice * (1 + swing.change * path(share)) * (1 + noise)
            (high, low) = (max(high, close), min(low, close))
        }
        noise *= Self.noiseMemory
        let candle = rounded(Candle(open: open, high: high, low: low, close: close, volume: volume(at: (begin + end) / 2)))
        previousClose = candle.close
        advance()
        return candle
    }

    /// Share of the swing's change after share `s` of its time: momentum builds up a little, the turn is sharp.
    private func path(_ s: Double) -> Double { s * (0.85 + 0.15 * s) }

    private mutating func updateMoods() {
        // Shocks raise volatility at once and it calms down slowly.
        let shock = random.normal()
        volatility = min(max(0.05 + 0.95 * volatility + 0.12 * (shock * shock - 1), 0.45), 2.4)
        volumeMood = min(max(0.1 + 0.9 * volumeMood + 0.08 * random.normal(), 0.6), 1.6)
    }

    /// Turnover: drying up along a swing, then a climax in its last quarter; more in impulses and when prices jump.
    private mutating func volume(at share: Double) -> Double {
        let base = swing.isImpulse ? 1.7 : 0.75
        let climax = share > 0.75 ? (share - 0.75) * 7 : 0
        let shape = 1.2 - 0.8 * share + climax
        let noise = 1 + 0.18 * random.normal()
        return quote.volume * base * shape * volumeMood * (0.4 + 0.6 * volatility) * max(noise, 0.25)
    }

    private func rounded(_ candle: Candle) -> Candle {
        Candle(
            open: candle.open, high: quote.rounded(candle.high), low: quote.rounded(candle.low), close: quote.rounded(candle.close),
            volume: (candle.volume * 100_000).rounded() / 100_000)
    }

    private mutating func advance() {
        barOfSwing += 1
        guard barOfSwing == swing.bars else { return }
        turnPrice *= 1 + swing.change
        barOfSwing = 0
        swing = plan.next(level: turnPrice / quote.price, &random)
    }
}
