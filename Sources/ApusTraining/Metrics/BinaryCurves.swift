/// One point of the ROC and the precision-recall curve: what is decided when rows with at least this probability count as positive.
public struct BinaryCurvePoint: Equatable, Sendable {
    /// The lowest probability that counts as positive.
    public let threshold: Float
    public let confusion: BinaryConfusionMatrix
}

extension BinaryPredictions {
    /// One point per distinct probability, from the highest threshold to the lowest, with which all rows count as positive.
    ///
    /// These are scikit-learn's points without dropping any: `roc_curve` begins with one more, where nothing counts as positive, and
    /// `precision_recall_curve` ends with one more, of recall 0 and precision 1.
    public var curve: [BinaryCurvePoint] {
        let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
        var points: [BinaryCurvePoint] = []
        var (truePositives, falsePositives) = (0, 0)
        for (place, row) in order.enumerated() {
            if truth[row] { truePositives += 1 } else { falsePositives += 1 }
            // Rows of equal probability cannot be told apart by any threshold.
            if place + 1 < order.count, probabilities[order[place + 1]] == probabilities[row] { continue }
            points.append(
                BinaryCurvePoint(
                    threshold: probabilities[row],
                    confusion: BinaryConfusionMatrix(
                        truePositives: truePositives, falsePositives: falsePositives, trueNegatives: negatives - falsePositives,
                        falseNegatives: positives - truePositives)))
        }
        return points
    }

    /// False-positive rate against true-positive rate, from (0, 0) to (1, 1); nil where all rows are of one class.
    public var rocCurve: [(falsePositiveRate: Double, truePositiveRate: Double)]? {
        guard positives > 0, negatives > 0 else { return nil }
        let points = curve.map { (Double($0.confusion.falsePositives) / Double(negatives), Double($0.confusion.truePositives) / Double(positives)) }
        return [(0, 0)] + points
    }

    /// Recall against precision, by falling threshold, ending with recall 1; nil where no row is positive.
    public var precisionRecallCurve: [(recall: Double, precision: Double)]? {
        guard positives > 0 else { return nil }
        return curve.map { point in
            let (found, wrong) = (Double(point.confusion.truePositives), Double(point.confusion.falsePositives))
            return (found / Double(positives), found / (found + wrong))
        }
    }

    /// Mean of the precisions weighted by how much recall each adds, Σ (Rₙ - Rₙ₋₁) Pₙ (scikit-learn's `average_precision_score`).
    ///
    /// nil where no row is positive. Without skill it is the base rate.
    public var averagePrecision: Double? {
        guard let curve = precisionRecallCurve else { return nil }
        var (sum, recall) = (0.0, 0.0)
        for point in curve {
            sum += (point.recall - recall) * point.precision
            recall = point.recall
        }
        return sum
    }
}
