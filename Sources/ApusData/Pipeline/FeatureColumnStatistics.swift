/// Statistics of one unscaled feature, as pandas computes them: NaN skipped, sample deviation.
public struct FeatureColumnStatistics: Sendable, Equatable {
    public let mean: Double
    /// Sample standard deviation (n - 1).
    public let deviation: Double
    public let minimum: Double
    public let maximum: Double
    public let median: Double
    public let missingCount: Int

    init(_ column: [Double]) {
        let present = column.filter { !$0.isNaN }
        missingCount = column.count - present.count
        guard let statistics = TargetStatistics(present) else {
            (mean, deviation, minimum, maximum, median) = (.nan, .nan, .nan, .nan, .nan)
            return
        }
        mean = statistics.mean
        let count = Double(present.count)
        deviation = present.count > 1 ? statistics.deviation * (count / (count - 1)).squareRoot() : .nan
        minimum = statistics.minimum
        maximum = statistics.maximum
        median = statistics.median
    }
}
