/// Standardises features: `(x - mean) / scale` per column, with the semantics and the state of scikit-learn's `StandardScaler`.
public struct StandardScaler: Sendable, Equatable {
    /// Rows seen when fitting: one number, or one per feature when their NaN counts differ.
    public enum SampleCount: Sendable, Equatable {
        case all(Int)
        case perFeature([Int])
    }

    /// Mean per feature; nil in scalers fitted without mean and deviation.
    public var mean: [Double]?
    /// Population variance per feature; nil in scalers fitted without deviation.
    public var variance: [Double]?
    /// Square root of the variance, 1 where a feature is constant; nil in scalers fitted without deviation.
    public var scale: [Double]?
    public var withMean: Bool
    public var withStandardDeviation: Bool
    public var sampleCount: SampleCount
    public var featureCount: Int
    public var featureNames: [String]?
    /// The scikit-learn version whose format the pickle has; readers of another version only warn.
    public var scikitLearnVersion: String

    /// What `fit` writes into pickles: the oldest version with today's attributes warns least.
    public static let writtenVersion = "1.7.1"

    /// Subtracts the mean and divides by the scale, in Float64 as scikit-learn does; NaN stays NaN.
    ///
    /// - Parameter rows: row-major values of shape (N, F), replaced in place.
    public func transform(_ rows: inout [Double]) throws(DataError) {
        try check(rows.count)
        apply(to: &rows) { value, mean, scale in (value - mean) / scale }
    }

    /// Multiplies by the scale and adds the mean.
    ///
    /// - Parameter rows: row-major values of shape (N, F), replaced in place.
    public func inverseTransform(_ rows: inout [Double]) throws(DataError) {
        try check(rows.count)
        apply(to: &rows) { value, mean, scale in value * scale + mean }
    }

    private func apply(to rows: inout [Double], _ formula: (_ value: Double, _ mean: Double, _ scale: Double) -> Double) {
        let mean = withMean ? mean : nil
        let scale = withStandardDeviation ? scale : nil
        var column = 0
        for index in rows.indices {
            rows[index] = formula(rows[index], mean?[column] ?? 0, scale?[column] ?? 1)
            column += 1
            if column == featureCount { column = 0 }
        }
    }

    private func check(_ count: Int) throws(DataError) {
        guard count.isMultiple(of: featureCount) else {
            throw DataError(.invalidValues, "the scaler was fitted on \(featureCount) features; \(count) values are no whole number of rows")
        }
    }
}
