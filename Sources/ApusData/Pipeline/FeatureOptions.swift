/// How candles become feature files. The defaults are those of the published data, except `scalerRows`.
public struct FeatureOptions: Sendable {
    /// On which rows the scaler is fitted.
    public enum ScalerRows: Sendable, Equatable {
        /// Rows that sequences of the training part can see. The published files were scaled with all rows, which lets the
        /// test part leak into training; this is the one place where the defaults deviate.
        case training(fraction: Double)
        /// All rows, as the published files.
        case all
    }

    public var threshold: Double
    public var sequenceLength: Int
    public var scalerRows: ScalerRows
    public var lowest: TechnicalFeatures.LowestSource
    /// Text for `statistics.json`; nil for the present time. Fix it to get the same bytes again.
    public var timestamp: String?

    public init(
        threshold: Double = 5, sequenceLength: Int = 30, scalerRows: ScalerRows = .training(fraction: 0.7),
        lowest: TechnicalFeatures.LowestSource = .highs, timestamp: String? = nil
    ) {
        self.threshold = threshold
        self.sequenceLength = sequenceLength
        self.scalerRows = scalerRows
        self.lowest = lowest
        self.timestamp = timestamp
    }

    func check(candleCount: Int) throws(DataError) {
        guard threshold > 0, threshold < 100 else {
            throw DataError(.invalidValues, "the ZigZag threshold is \(threshold) %; it must be between 0 and 100")
        }
        guard (1...10_000).contains(sequenceLength) else {
            throw DataError(.invalidValues, "the sequence length is \(sequenceLength); it must be between 1 and 10,000")
        }
        // RSI and the volume average need their warm-up before a scaler can be fitted.
        let needed = sequenceLength + 20
        guard candleCount >= needed else {
            throw DataError(.invalidValues, "\(candleCount) candles are too few: sequences of \(sequenceLength) bars need at least \(needed)")
        }
        if case .training(let fraction) = scalerRows, !(fraction > 0 && fraction <= 1) {
            throw DataError(.invalidValues, "the training fraction is \(fraction); it must be above 0 and at most 1")
        }
    }
}
