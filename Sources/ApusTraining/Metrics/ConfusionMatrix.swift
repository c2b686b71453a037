/// Counts of true class against predicted class, and everything that follows from them.
///
/// Definitions are scikit-learn's with `labels=range(classes), zero_division=0`: a ratio without a denominator is 0, and a class
/// that never occurs takes part in the macro average.
public struct ConfusionMatrix: Equatable, Sendable {
    /// `counts[truth][prediction]`, rows of the test set, shape (C, C).
    public let counts: [[Int]]

    /// Counts the pairs of `truth` and `predictions`, class numbers in `0..<classes`.
    ///
    /// - Throws: `MetricError` for no rows, unequal lengths, or a class number out of range (with its row).
    public init(truth: [Int], predictions: [Int], classes: Int) throws(MetricError) {
        guard truth.count == predictions.count else { throw .unequal("Confusion matrix", truth.count, predictions.count) }
        guard !truth.isEmpty else { throw .empty("Confusion matrix") }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: max(classes, 0)), count: max(classes, 0))
        for row in truth.indices {
            for (name, value) in [("True class", truth[row]), ("Predicted class", predictions[row])] where !counts.indices.contains(value) {
                throw MetricError("\(name) at row \(row) is \(value); with \(classes) classes it must be in 0..<\(classes).")
            }
            counts[truth[row]][predictions[row]] += 1
        }
        self.counts = counts
    }

    public var classes: Int { counts.count }
    /// All rows counted.
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
    /// True rows of each class (C).
    public var support: [Int] { counts.map { $0.reduce(0, +) } }
    /// Predicted rows of each class (C).
    public var predicted: [Int] { (0..<classes).map { column in counts.reduce(0) { $0 + $1[column] } } }
    private var correct: [Int] { (0..<classes).map { counts[$0][$0] } }

    /// Share of rows whose class was predicted.
    public var accuracy: Double { ratio(correct.reduce(0, +), total) }
    /// Per class: of the rows predicted as the class, the share that is (C).
    public var precision: [Double] { zip(correct, predicted).map(ratio) }
    /// Per class: of the rows of the class, the share that was found (C).
    public var recall: [Double] { zip(correct, support).map(ratio) }
    /// Per class: harmonic mean of precision and recall, 2·TP / (true + predicted) (C).
    public var f1: [Double] { zip(correct, zip(support, predicted)).map { ratio(2 * $0, $1.0 + $1.1) } }

    /// Plain mean of a per-class metric (scikit-learn's `average="macro"`).
    public func macro(_ metric: [Double]) -> Double { metric.reduce(0, +) / Double(classes) }

    /// Mean of a per-class metric weighted by the true rows of each class (`average="weighted"`).
    public func weighted(_ metric: [Double]) -> Double {
        zip(metric, support).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(total)
    }
}

private func ratio(_ numerator: Int, _ denominator: Int) -> Double {
    denominator == 0 ? 0 : Double(numerator) / Double(denominator)
}

/// What always answering the most frequent class would score: the least a classifier has to beat.
public struct MajorityBaseline: Equatable, Sendable {
    /// The most frequent class of the training labels; of equals the lowest.
    public let label: Int
    /// Its accuracy on the labels to evaluate.
    public let accuracy: Double

    public init(training: [Int], evaluation: [Int], classes: Int) throws(MetricError) {
        let counts = try ConfusionMatrix(truth: training, predictions: training, classes: classes).support
        var label = 0
        for candidate in counts.indices where counts[candidate] > counts[label] { label = candidate }
        self.label = label
        accuracy = try ConfusionMatrix(
            truth: evaluation, predictions: [Int](repeating: label, count: evaluation.count), classes: classes
        ).accuracy
    }
}
