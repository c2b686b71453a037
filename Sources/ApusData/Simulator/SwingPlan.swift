/// One swing of a simulated market: where it ends and in which mood it goes there.
struct Swing {
    /// Relative price change from turn to turn, such as 0.09 or -0.06.
    var change: Double
    /// Bars from turn to turn.
    var bars: Int
    /// Whether it goes with the trend of its regime (an impulse) or against it (a correction).
    var isImpulse: Bool
}

/// Decides the sequence of swings: up trends, down trends and ranges, which together stay around the starting price.
///
/// In a trend, impulses are larger than corrections, so that highs and lows rise (HH, HL) or fall (LL, LH); in a range both sides
/// are alike and any of the four may follow.
struct SwingPlan {
    private enum Regime { case up, down, range }
    private var regime = Regime.up
    private var swingsLeft = 0
    private var isUpNext = true

    /// - Parameter level: present price over starting price; far levels make the way back more likely.
    mutating func next(level: Double, _ random: inout DeterministicRandom) -> Swing {
        if swingsLeft == 0 { changeRegime(level: level, &random) }
        swingsLeft -= 1
        let isUp = isUpNext
        isUpNext.toggle()
        let isImpulse: Bool
        let size: Double
        switch regime {
        case .up, .down:
            isImpulse = isUp == (regime == .up)
            size = isImpulse ? random.uniform(0.085...0.12) : random.uniform(0.062...0.078)
        case .range:
            isImpulse = false
            size = random.uniform(0.062...0.08)
        }
        let pace = random.uniform()
        let bars = isImpulse ? 40 + Int(44 * pace) : 26 + Int(30 * pace)
        // A fall of x is made good by a rise of x / (1 - x): keep the two sides alike in log price.
        return Swing(change: isUp ? size : -size / (1 + size), bars: bars, isImpulse: isImpulse)
    }

    private mutating func changeRegime(level: Double, _ random: inout DeterministicRandom) {
        let pull = min(max((level - 1) * 1.6, -0.38), 0.38)
        let draw = random.uniform()
        let upShare = 0.46 - pull
        regime = draw < upShare ? .up : draw < 0.88 ? .down : .range
        let pairs = regime == .range ? 1 + Int(random.uniform() * 2) : 2 + Int(random.uniform() * 4)
        swingsLeft = 2 * pairs
    }
}
