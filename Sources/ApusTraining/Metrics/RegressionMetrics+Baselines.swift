/// What a regression has to beat: answers that need no model.
extension RegressionMetrics {
    /// What always answering the mean of the training targets would score on `evaluation`.
    public static func meanBaseline(training: [Float], evaluation: [Float]) throws(MetricError) -> RegressionMetrics {
        guard !training.isEmpty else { throw .empty("The mean baseline") }
        try MetricError.checkFinite(training, "The training target")
        let mean = training.reduce(0.0) { $0 + Double($1) } / Double(training.count)
        return try RegressionMetrics(constant: mean, evaluation: evaluation)
    }

    /// What always answering 0 would score on `evaluation`: for returns, that the price stays where it is.
    public static func zeroBaseline(evaluation: [Float]) throws(MetricError) -> RegressionMetrics {
        try RegressionMetrics(constant: 0, evaluation: evaluation)
    }

    /// What answering the last target that is known would score on `evaluation`.
    ///
    /// - Parameters:
    ///   - preceding: the targets of the rows directly before those of `evaluation`, in order; the last `horizon` of them are used.
    ///   - horizon: rows after which a target is known. A return over the next four candles is known four rows later, hence 4.
    /// - Throws: `MetricError` also for a horizon below 1, or fewer preceding targets than that.
    public static func lastValueBaseline(
        preceding: [Float], evaluation: [Float], horizon: Int = 1
    ) throws(MetricError) -> RegressionMetrics {
        guard horizon >= 1 else { throw MetricError("The last-value baseline needs a horizon of 1 row or more, not \(horizon).") }
        guard preceding.count >= horizon else {
            throw MetricError(
                "The last-value baseline with a horizon of \(horizon) needs \(horizon) targets of rows before those to evaluate; there are "
                    + "\(preceding.count).")
        }
        return try RegressionMetrics(truth: evaluation, predictions: Array((preceding.suffix(horizon) + evaluation).prefix(evaluation.count)))
    }
}
