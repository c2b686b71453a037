/// Candles turned into scaled features, turning points, labels and statistics, ready to be written.
public struct FeaturePipeline: Sendable {
    public let timeframe: Timeframe
    public let options: FeatureOptions
    /// Gaps and other findings that do not prevent the computation.
    public let findings: [CandleFinding]
    public let candleCount: Int
    public let points: [ZigZagPoint]
    /// Labels per bar.
    public let labels: NextPointLabels
    public let scaler: StandardScaler
    /// Scaled features, NaN replaced by 0: row-major, shape (bars, 13).
    public let rows: [Float]
    /// Statistics of the unscaled features, by name.
    public let featureStatistics: [(name: String, statistics: FeatureColumnStatistics)]

    public var featureCount: Int { TechnicalFeatures.names.count }
    /// Windows of `sequenceLength` bars: bars - length + 1.
    public var sequenceCount: Int { candleCount - options.sequenceLength + 1 }

    /// Label per sequence: that of its last bar.
    public var sequenceClasses: [Int32] { Array(labels.classes[(options.sequenceLength - 1)...]) }
    public var sequenceBars: [Int32] { Array(labels.bars[(options.sequenceLength - 1)...]) }

    /// Computes everything in memory: about 0.4 kB a candle.
    ///
    /// - Throws: `DataError` when the candles are too few or have errors; `CancellationError` when `shouldStop` says so.
    public init(
        candles: CandleSeries, timeframe: Timeframe, options: FeatureOptions = FeatureOptions(),
        progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws {
        func step(_ share: Double) throws {
            progress(share)
            if shouldStop() { throw CancellationError() }
        }
        try options.check(candleCount: candles.count)
        findings = try candles.usableFindings(timeframe: timeframe)
        try step(0.1)
        self.timeframe = timeframe
        self.options = options
        candleCount = candles.count
        points = ZigZag.points(of: candles, threshold: options.threshold)
        labels = NextPointLabels(points: points, barCount: candles.count)
        try step(0.2)
        var table = TechnicalFeatures.table(of: candles, lowest: options.lowest)
        try step(0.6)
        featureStatistics = table.names.indices.map { (table.names[$0], FeatureColumnStatistics(table.column($0))) }
        try step(0.8)
        let fitted = Self.scalerRowCount(options, labels: labels, rowCount: candles.count)
        scaler = try StandardScaler.fit(Array(table.values.prefix(fitted * table.names.count)), featureNames: table.names)
        try scaler.transform(&table.values)
        rows = table.values.map { $0.isNaN ? 0 : Float($0) }
        // Prices of 1e300 next to 1e-300 pass every check on candles.
        if let index = rows.firstIndex(where: { !$0.isFinite }) {
            throw DataError(
                .invalidValues,
                "feature '\(table.names[index % table.names.count])' leaves the range of Float32 in candle \(index / table.names.count); "
                    + "look at the prices and volumes there")
        }
        try step(1)
    }

    /// Rows that the training part's sequences see: sequence k of length L covers rows k ..< k + L.
    private static func scalerRowCount(_ options: FeatureOptions, labels: NextPointLabels, rowCount: Int) -> Int {
        guard case .training(let fraction) = options.scalerRows else { return rowCount }
        let labelled = labels.classes.dropFirst(options.sequenceLength - 1).count { $0 >= 0 }
        let sequences = ChronologicalSplit.trainingCount(of: labelled, fraction: fraction)
        // Without a single labelled sequence there is no training part; statistics are still worth writing.
        return sequences == 0 ? rowCount : max(sequences + options.sequenceLength - 1, min(rowCount, 50))
    }
}
