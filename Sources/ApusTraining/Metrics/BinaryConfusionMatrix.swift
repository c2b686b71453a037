/// The four counts of a yes-or-no decision, and the ratios that follow from them.
///
/// A ratio without a denominator is nil, where `ConfusionMatrix` has scikit-learn's 0: precision when nothing is predicted positive, recall when
/// nothing is.
public struct BinaryConfusionMatrix: Equatable, Sendable {
    public private(set) var truePositives: Int
    public private(set) var falsePositives: Int
    public private(set) var trueNegatives: Int
    public private(set) var falseNegatives: Int

    public init(truePositives: Int = 0, falsePositives: Int = 0, trueNegatives: Int = 0, falseNegatives: Int = 0) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.trueNegatives = trueNegatives
        self.falseNegatives = falseNegatives
    }

    /// Counts one more row.
    public mutating func add(truth: Bool, prediction: Bool) {
        switch (truth, prediction) {
        case (true, true): truePositives += 1
        case (false, true): falsePositives += 1
        case (false, false): trueNegatives += 1
        case (true, false): falseNegatives += 1
        }
    }

    /// All rows counted.
    public var total: Int { truePositives + falsePositives + trueNegatives + falseNegatives }

    /// Share of rows that were decided rightly; nil when there are none.
    public var accuracy: Double? { ratio(truePositives + trueNegatives, total) }
    /// Of the rows predicted positive, the share that is; nil when none is predicted.
    public var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
    /// Of the positive rows, the share that was found, also called sensitivity; nil when none is positive.
    public var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }
    /// Of the negative rows, the share that was left alone; nil when none is negative.
    public var specificity: Double? { ratio(trueNegatives, trueNegatives + falsePositives) }
    /// Harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN); nil when nothing is positive and nothing is predicted so.
    public var f1: Double? { ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }

    private func ratio(_ numerator: Int, _ denominator: Int) -> Double? {
        denominator == 0 ? nil : Double(numerator) / Double(denominator)
    }
}
