import Glibc

/// True labels and predicted probabilities of the positive class, row by row, and the metrics that follow from them.
///
/// What is undefined is nil, never 0 or NaN: a curve of rows that are all of one class, a precision when nothing is predicted.
public struct BinaryPredictions: Equatable, Sendable {
    /// Whether each row is of the positive class (N).
    public let truth: [Bool]
    /// Probability of the positive class, 0...1 (N).
    public let probabilities: [Float]
    /// Rows of the positive class.
    public let positives: Int

    /// - Throws: `MetricError` for no rows, unequal lengths, or a probability that is NaN or outside 0...1 (with its row).
    public init(truth: [Bool], probabilities: [Float]) throws(MetricError) {
        guard truth.count == probabilities.count else { throw .unequal("Binary metrics", truth.count, probabilities.count) }
        guard !truth.isEmpty else { throw .empty("A binary metric") }
        if let row = probabilities.firstIndex(where: { !(0...1).contains($0) }) {
            throw MetricError(
                "Binary metrics: the probability at row \(row) is \(probabilities[row]); it must be in 0...1. Give the output of a sigmoid.")
        }
        self.truth = truth
        self.probabilities = probabilities
        positives = truth.count { $0 }
    }

    /// - Parameter targets: 0 and 1, as a head of `.binaryCrossEntropy` is trained on (N).
    /// - Throws: `MetricError` also for a target that is neither 0 nor 1 (with its row).
    public init(targets: [Float], probabilities: [Float]) throws(MetricError) {
        if let row = targets.firstIndex(where: { $0 != 0 && $0 != 1 }) {
            throw MetricError("Binary metrics: the target at row \(row) is \(targets[row]); it must be 0 or 1.")
        }
        try self.init(truth: targets.map { $0 == 1 }, probabilities: probabilities)
    }

    /// Number of rows, N.
    public var count: Int { truth.count }
    public var negatives: Int { count - positives }
    /// Share of rows of the positive class.
    public var baseRate: Double { Double(positives) / Double(count) }

    /// Negative mean log-likelihood of the labels, probabilities clipped to `[ε, 1-ε]` with the ε of Float32 (scikit-learn's `log_loss`).
    public var logLoss: Double {
        var sum = 0.0
        for (label, probability) in zip(truth, probabilities) {
            let p = min(max(Double(probability), Double(Float.ulpOfOne)), 1 - Double(Float.ulpOfOne))
            sum -= log(label ? p : 1 - p)
        }
        return sum / Double(count)
    }

    /// Mean squared difference of probability and label: 0 is perfect (scikit-learn's `brier_score_loss`).
    public var brierScore: Double {
        var sum = 0.0
        for (label, probability) in zip(truth, probabilities) {
            let difference = Double(probability) - (label ? 1 : 0)
            sum += difference * difference
        }
        return sum / Double(count)
    }

    /// Area under the ROC curve: the probability that a positive row scores above a negative one, ties counted half.
    ///
    /// nil where all rows are of one class.
    public var rocAUC: Double? { ROCAUC.binary(positive: truth, scores: probabilities) }

    /// Counts at a threshold: a row counts as predicted positive when its probability is above it.
    public func confusion(threshold: Float = 0.5) -> BinaryConfusionMatrix {
        var matrix = BinaryConfusionMatrix()
        for (label, probability) in zip(truth, probabilities) { matrix.add(truth: label, prediction: probability > threshold) }
        return matrix
    }
}
