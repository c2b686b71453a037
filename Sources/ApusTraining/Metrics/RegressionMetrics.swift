import Glibc

/// Errors of a regression, with scikit-learn's definitions. Sums are in Float64 whatever the precision of the arrays.
public struct RegressionMetrics: Equatable, Sendable {
    /// Mean of the squared error, in squared units of the target.
    public let meanSquaredError: Double
    /// Mean of the absolute error, in units of the target.
    public let meanAbsoluteError: Double
    /// Coefficient of determination: 1 is perfect, 0 is no better than the mean of `truth`, negative is worse.
    ///
    /// nil for fewer than two rows. When `truth` is constant it is 1 for a perfect prediction and 0 otherwise (`force_finite`).
    public let r2: Double?
    /// Root of the mean squared error, in units of the target.
    public var rootMeanSquaredError: Double { meanSquaredError.squareRoot() }

    /// - Throws: `MetricError` for no rows, unequal lengths, NaN or infinities.
    public init(truth: [Float], predictions: [Float]) throws(MetricError) {
        guard truth.count == predictions.count else { throw .unequal("Regression", truth.count, predictions.count) }
        guard !truth.isEmpty else { throw .empty("Regression error") }
        try MetricError.checkFinite(truth, "The target")
        try MetricError.checkFinite(predictions, "The prediction")
        self.init(truth: truth.map(Double.init), predictions: predictions.map(Double.init))
    }

    private init(truth: [Double], predictions: [Double]) {
        let count = Double(truth.count)
        let mean = truth.reduce(0, +) / count
        var squared = 0.0
        var absolute = 0.0
        var spread = 0.0
        for (value, prediction) in zip(truth, predictions) {
            squared += (value - prediction) * (value - prediction)
            absolute += abs(value - prediction)
            spread += (value - mean) * (value - mean)
        }
        meanSquaredError = squared / count
        meanAbsoluteError = absolute / count
        r2 = truth.count < 2 ? nil : spread > 0 ? 1 - squared / spread : squared == 0 ? 1 : 0
    }

    /// The same metrics in original units, for arrays that hold `log1p` of them: both sides go through `expm1`.
    ///
    /// - Throws: `MetricError` also when `expm1` of a prediction overflows.
    public static func inOriginalUnits(log1pTruth: [Float], log1pPredictions: [Float]) throws(MetricError) -> RegressionMetrics {
        _ = try RegressionMetrics(truth: log1pTruth, predictions: log1pPredictions)
        let truth = log1pTruth.map { expm1(Double($0)) }
        let predictions = log1pPredictions.map { expm1(Double($0)) }
        if let row = predictions.firstIndex(where: { !$0.isFinite }) {
            throw MetricError("The prediction at row \(row) is \(log1pPredictions[row]) on the log1p scale, too large to turn back with expm1.")
        }
        return RegressionMetrics(truth: truth, predictions: predictions)
    }

    /// What one and the same answer to every row scores on `evaluation`.
    init(constant: Double, evaluation: [Float]) throws(MetricError) {
        _ = try RegressionMetrics(truth: evaluation, predictions: evaluation)
        self.init(truth: evaluation.map(Double.init), predictions: [Double](repeating: constant, count: evaluation.count))
    }
}
