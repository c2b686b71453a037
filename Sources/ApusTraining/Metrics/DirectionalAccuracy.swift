/// The share of rows whose prediction has the sign of the truth: whether a return goes up or down, whatever its size.
///
/// Zero is a sign of its own, as in `np.mean(np.sign(truth) == np.sign(predictions))`: a prediction of exactly 0 is right only where nothing
/// moved, and a row where nothing moved is right only when that was predicted.
///
/// - Throws: `MetricError` for no rows, unequal lengths, NaN or infinities.
public func directionalAccuracy(truth: [Float], predictions: [Float]) throws(MetricError) -> Double {
    try checkNumbers(truth, predictions, metric: "Directional accuracy")
    return Double(zip(truth, predictions).count { haveEqualSign($0, $1) }) / Double(truth.count)
}

/// Whether both are above, both below or both exactly 0.
func haveEqualSign(_ left: Float, _ right: Float) -> Bool { (left > 0) == (right > 0) && (left < 0) == (right < 0) }

/// Refuses what no metric of two columns of numbers can be computed from.
func checkNumbers(_ truth: [Float], _ predictions: [Float], metric: String) throws(MetricError) {
    guard truth.count == predictions.count else { throw .unequal(metric, truth.count, predictions.count) }
    guard !truth.isEmpty else { throw .empty(metric) }
    try MetricError.checkFinite(truth, "\(metric): the target")
    try MetricError.checkFinite(predictions, "\(metric): the prediction")
}
