import Glibc

/// What is to be predicted at the close of a candle about the `horizon` candles after it.
public struct ForwardTarget: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// C(t + h) / C(t) - 1.
        case simpleReturn = "return"
        /// log(C(t + h) / C(t)).
        case logReturn = "log-return"
        /// 1 where C(t + h) / C(t) - 1 is above the threshold, else 0.
        case signal
        /// 1 where within h candles a high reaches C(t) (1 + threshold) before a low reaches C(t) (1 - threshold), else 0: the barrier
        /// method (López de Prado, Advances in Financial Machine Learning, 2018, chapter 3) with both barriers at the same distance. A
        /// candle that reaches both counts as 0, because nobody knows which came first.
        case barrier

        /// Whether the target is 0 or 1.
        public var isBinary: Bool { self == .signal || self == .barrier }
    }

    public let kind: Kind
    /// Candles that the target looks ahead, h.
    public let horizon: Int
    /// Share of the close, 0.01 is one percent; not used by returns.
    public let threshold: Double

    /// - Throws: `DataError` when the horizon is below 1, the threshold is out of range, or a barrier would lie at the price itself.
    public init(_ kind: Kind, horizon: Int, threshold: Double = 0) throws(DataError) {
        guard (1...100_000).contains(horizon) else {
            throw DataError(.invalidValues, "a horizon of \(horizon) candles is not possible; it must be 1 or more")
        }
        guard threshold.isFinite, threshold > -1, threshold < 10 else {
            throw DataError(.invalidValues, "a threshold of \(threshold) is not possible; 0.01 is one percent")
        }
        guard kind != .barrier || threshold > 0 && threshold < 1 else {
            throw DataError(
                .invalidValues, "barriers at a distance of \(threshold) are not possible; write one above 0, such as 0.01 for one percent")
        }
        self.kind = kind
        self.horizon = horizon
        self.threshold = threshold
    }

    /// The target at every candle that has `horizon` candles after it: `max(0, count - horizon)` values.
    ///
    /// The step is one of rows: over a gap in time the horizon spans the gap, too.
    public func values(_ candles: CandleSeries) -> [Float] {
        let count = max(0, candles.count - horizon)
        return (0..<count).map { Float(value(at: $0, candles)) }
    }

    private func value(at row: Int, _ candles: CandleSeries) -> Double {
        let close = candles.closes[row]
        let change = candles.closes[row + horizon] / close - 1
        switch kind {
        case .simpleReturn: return change
        case .logReturn: return log(candles.closes[row + horizon] / close)
        case .signal: return change > threshold ? 1 : 0
        case .barrier:
            for next in row + 1...row + horizon {
                if candles.lows[next] <= close * (1 - threshold) { return 0 }
                if candles.highs[next] >= close * (1 + threshold) { return 1 }
            }
            return 0
        }
    }
}
