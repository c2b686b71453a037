import Glibc

/// What answers that need no model score on the rows to evaluate: the least a binary classifier has to beat.
public struct BinaryBaselines: Equatable, Sendable {
    /// Share of positive rows in the training labels, the probability that `baseRateLogLoss` and `baseRateBrierScore` answer.
    public let trainingBaseRate: Double
    /// Always the more frequent label of the training rows; of equals negative.
    public let majority: BinaryConfusionMatrix
    /// Always positive: its precision is the base rate of the rows, its recall 1.
    public let alwaysPositive: BinaryConfusionMatrix
    /// Log loss of always answering the training base rate, clipped as in `BinaryPredictions.logLoss`.
    public let baseRateLogLoss: Double
    /// Brier score of always answering the training base rate.
    public let baseRateBrierScore: Double

    /// Whether `majority` answers positive.
    public var majorityLabel: Bool { trainingBaseRate > 0.5 }
    /// Average precision without skill: the base rate of the rows to evaluate.
    public var averagePrecision: Double { Double(alwaysPositive.truePositives) / Double(alwaysPositive.total) }

    /// - Throws: `MetricError` when there are no training rows or none to evaluate.
    public init(training: [Bool], evaluation: [Bool]) throws(MetricError) {
        guard !training.isEmpty, !evaluation.isEmpty else { throw .empty("A binary baseline") }
        let rate = Double(training.count { $0 }) / Double(training.count)
        trainingBaseRate = rate
        let positives = evaluation.count { $0 }
        let (yes, no) = (Double(positives), Double(evaluation.count - positives))
        alwaysPositive = BinaryConfusionMatrix(truePositives: positives, falsePositives: evaluation.count - positives)
        majority =
            rate > 0.5 ? alwaysPositive : BinaryConfusionMatrix(trueNegatives: evaluation.count - positives, falseNegatives: positives)
        let clipped = min(max(rate, Double(Float.ulpOfOne)), 1 - Double(Float.ulpOfOne))
        baseRateLogLoss = -(yes * log(clipped) + no * log(1 - clipped)) / Double(evaluation.count)
        baseRateBrierScore = (yes * (1 - rate) * (1 - rate) + no * rate * rate) / Double(evaluation.count)
    }
}
