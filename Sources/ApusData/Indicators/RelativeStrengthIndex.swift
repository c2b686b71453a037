/// RSI after Wilder, between 0 and 100; NaN before bar `period`.
///
/// Seeded with the mean gain and loss of bars 1...period. As in the published features, bar `period` then enters the smoothing a
/// second time, so the first values differ a little from charting tools; the difference decays with (1 - 1/period)^n.
public func relativeStrengthIndex(_ closes: [Double], period: Int = 14) -> [Double] {
    var result = [Double](repeating: .nan, count: closes.count)
    guard closes.count > period else { return result }
    var averageGain = 0.0
    var averageLoss = 0.0
    for bar in 1...period {
        let change = closes[bar] - closes[bar - 1]
        averageGain += max(change, 0)
        averageLoss += max(-change, 0)
    }
    averageGain /= Double(period)
    averageLoss /= Double(period)
    for bar in period..<closes.count {
        let change = closes[bar] - closes[bar - 1]
        averageGain = (averageGain * Double(period - 1) + max(change, 0)) / Double(period)
        averageLoss = (averageLoss * Double(period - 1) + max(-change, 0)) / Double(period)
        result[bar] = averageLoss == 0 ? (averageGain > 0 ? 100 : 50) : 100 - 100 / (1 + averageGain / averageLoss)
    }
    return result
}
