/// Pearson's correlation of truth and prediction, -1...1: how far one is a straight line of the other (SciPy's `pearsonr`).
///
/// - Returns: nil for fewer than two rows, or when one side is constant: then there is nothing to correlate.
/// - Throws: `MetricError` for no rows, unequal lengths, NaN or infinities.
public func pearsonCorrelation(truth: [Float], predictions: [Float]) throws(MetricError) -> Double? {
    try checkNumbers(truth, predictions, metric: "Pearson correlation")
    return correlation(truth.map(Double.init), predictions.map(Double.init))
}

/// Spearman's rank correlation, -1...1: how far the order of the predictions is that of the truth (SciPy's `spearmanr`).
///
/// Equal values share the mean of their ranks.
///
/// - Returns: nil for fewer than two rows, or when one side is constant.
/// - Throws: `MetricError` for no rows, unequal lengths, NaN or infinities.
public func spearmanCorrelation(truth: [Float], predictions: [Float]) throws(MetricError) -> Double? {
    try checkNumbers(truth, predictions, metric: "Spearman correlation")
    return correlation(ranks(truth), ranks(predictions))
}

private func correlation(_ left: [Double], _ right: [Double]) -> Double? {
    let count = Double(left.count)
    let (leftMean, rightMean) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
    // A constant is told by its values: around a rounded mean its spread need not be exactly 0.
    guard left.contains(where: { $0 != left[0] }), right.contains(where: { $0 != right[0] }) else { return nil }
    var (product, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (left, right) in zip(left, right) {
        product += (left - leftMean) * (right - rightMean)
        leftSquares += (left - leftMean) * (left - leftMean)
        rightSquares += (right - rightMean) * (right - rightMean)
    }
    return min(1, max(-1, product / (leftSquares.squareRoot() * rightSquares.squareRoot())))
}

/// Ranks from 1; equal values get the mean of the ranks they take up.
private func ranks(_ values: [Float]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
        var end = start + 1
        while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
        for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
        start = end
    }
    return ranks
}
