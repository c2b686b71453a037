import Glibc

/// Negative mean log-likelihood of the true class, probabilities clipped to `[ε, 1-ε]` with the ε of Float32 (scikit-learn's `log_loss`).
public func logLoss(truth: [Int], probabilities: [Float], classes: Int) throws(MetricError) -> Double {
    try checkScores(truth: truth, scores: probabilities, classes: classes, metric: "Log loss")
    var sum = 0.0
    for row in truth.indices {
        let p = probabilities[row * classes + truth[row]]
        guard p >= 0, p <= 1 else {
            throw MetricError("Log loss: the probability at row \(row) is \(p); it must be in 0...1.")
        }
        sum -= log(Double(min(max(p, .ulpOfOne), 1 - .ulpOfOne)))
    }
    return sum / Double(truth.count)
}

/// The class with the highest score in each row; of equals the lowest, as NumPy's `argmax`. `scores` is row-major (N, C).
public func predictedClasses(scores: [Float], classes: Int) -> [Int] {
    (0..<(classes > 0 ? scores.count / classes : 0)).map { row in
        var best = 0
        for label in 1..<max(classes, 1) where scores[row * classes + label] > scores[row * classes + best] { best = label }
        return best
    }
}

func checkScores(truth: [Int], scores: [Float], classes: Int, metric: String) throws(MetricError) {
    guard classes > 0 else { throw MetricError("\(metric) needs at least one class.") }
    guard !truth.isEmpty else { throw .empty(metric) }
    guard scores.count == truth.count * classes else {
        throw MetricError("\(metric): \(truth.count) labels of \(classes) classes need \(truth.count * classes) scores, not \(scores.count).")
    }
    if let row = truth.firstIndex(where: { !(0..<classes).contains($0) }) {
        throw MetricError("\(metric): the class at row \(row) is \(truth[row]); with \(classes) classes it must be in 0..<\(classes).")
    }
    try MetricError.checkFinite(scores, "\(metric): the score", rowLength: classes)
}
