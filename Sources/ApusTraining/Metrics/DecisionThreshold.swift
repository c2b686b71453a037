/// A probability above which a row counts as positive, chosen on some rows and to be used on others.
///
/// Choose it on validation rows, never on those that the result is reported for: the best threshold of a set flatters that set.
public struct DecisionThreshold: Equatable, Sendable {
    /// Rows with a probability above it count as positive, as in `BinaryPredictions.confusion(threshold:)`.
    public let value: Float
    /// What it decides on the rows it was chosen on.
    public let confusion: BinaryConfusionMatrix

    /// The threshold of the highest F1; of equals the highest, which gives fewer and surer positives.
    ///
    /// - Returns: nil when no row is positive.
    public static func maximizingF1(on rows: BinaryPredictions) -> DecisionThreshold? {
        best(rows) { confusion in confusion.f1.map { ($0, 0) } }
    }

    /// The threshold of the highest precision among those that find at least `recall` of the positive rows; of equals the one that finds most.
    ///
    /// - Returns: nil when no row is positive.
    /// - Throws: `MetricError` for a recall outside 0...1.
    public static func maximizingPrecision(on rows: BinaryPredictions, leastRecall recall: Double) throws(MetricError) -> DecisionThreshold? {
        guard (0...1).contains(recall) else { throw MetricError("The least recall is \(recall); it must be in 0...1.") }
        return best(rows) { confusion in
            guard let found = confusion.recall, found >= recall, let precision = confusion.precision else { return nil }
            return (precision, found)
        }
    }

    /// The first point of the curve, by falling threshold, whose score no other exceeds.
    private static func best(_ rows: BinaryPredictions, _ score: (BinaryConfusionMatrix) -> (Double, Double)?) -> DecisionThreshold? {
        guard rows.positives > 0 else { return nil }
        let curve = rows.curve
        var best: (place: Int, score: (Double, Double))?
        for (place, point) in curve.enumerated() {
            guard let score = score(point.confusion) else { continue }
            if let best, score <= best.score { continue }
            best = (place, score)
        }
        guard let place = best?.place else { return nil }
        let below = place + 1 < curve.count ? curve[place + 1].threshold : 0
        return DecisionThreshold(value: between(curve[place].threshold, below), confusion: curve[place].confusion)
    }

    /// Halfway between the lowest probability that is to count as positive and the next lower one, as far from both as can be.
    private static func between(_ positive: Float, _ negative: Float) -> Float {
        let middle = negative + (positive - negative) / 2
        return middle < positive ? middle : positive.nextDown
    }
}
