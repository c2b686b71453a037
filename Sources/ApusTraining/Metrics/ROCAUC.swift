/// Area under the receiver operating characteristic, one class against the rest (scikit-learn's `roc_auc_score(multi_class="ovr")`).
public struct ROCAUC: Equatable, Sendable {
    /// Per class; nil where every row or no row is of the class, because then there is no curve (C).
    public let perClass: [Double?]

    /// Mean over all classes; nil as soon as one class is undefined, so that it never silently means something else.
    public var macro: Double? {
        undefinedClasses.isEmpty && !perClass.isEmpty ? macroOfDefined : nil
    }

    /// Mean over the classes that have a curve; nil when none has.
    public var macroOfDefined: Double? {
        let defined = perClass.compactMap { $0 }
        return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
    }

    /// Classes absent from the labels, or the only one in them.
    public var undefinedClasses: [Int] { perClass.indices.filter { perClass[$0] == nil } }

    /// - Parameters:
    ///   - truth: class numbers (N).
    ///   - scores: probabilities or any score that grows with the class's likelihood, row-major (N, C).
    public init(truth: [Int], scores: [Float], classes: Int) throws(MetricError) {
        try checkScores(truth: truth, scores: scores, classes: classes, metric: "ROC AUC")
        var perClass: [Double?] = []
        for label in 0..<classes {
            perClass.append(
                Self.binary(
                    positive: truth.map { $0 == label },
                    scores: truth.indices.map { scores[$0 * classes + label] }))
        }
        self.perClass = perClass
    }

    /// The probability that a positive row scores above a negative one, ties counted half (Mann–Whitney U with mid-ranks).
    static func binary(positive: [Bool], scores: [Float]) -> Double? {
        let positives = positive.count { $0 }
        let negatives = positive.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        // Twice the sum of the positives' ranks, so that mid-ranks stay integers and the result is exact.
        var doubledRanks = 0
        var start = 0
        while start < order.count {
            var end = start + 1
            var tied = positive[order[start]] ? 1 : 0
            while end < order.count, scores[order[end]] == scores[order[start]] {
                tied += positive[order[end]] ? 1 : 0
                end += 1
            }
            doubledRanks += tied * (start + end + 1)
            start = end
        }
        let doubledU = doubledRanks - positives * (positives + 1)
        return Double(doubledU) / 2 / Double(positives) / Double(negatives)
    }
}
