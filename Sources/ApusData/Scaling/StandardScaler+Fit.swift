extension StandardScaler {
    /// Fits mean and deviation per column, ignoring NaN.
    ///
    /// - Parameters:
    ///   - rows: row-major values of shape (N, F).
    ///   - featureNames: names of the F columns, kept in the pickle as `feature_names_in_`.
    public static func fit(_ rows: [Double], featureNames: [String]) throws(DataError) -> StandardScaler {
        let featureCount = featureNames.count
        guard featureCount > 0, !rows.isEmpty, rows.count.isMultiple(of: featureCount) else {
            throw DataError(.invalidValues, "cannot fit a scaler: \(rows.count) values are no whole number of rows of \(featureCount) features")
        }
        return try fit(rowCount: rows.count / featureCount, featureNames: featureNames) { rows[$0 * featureCount + $1] }
    }

    /// Fits mean and deviation per column, ignoring NaN.
    ///
    /// As scikit-learn: corrected two-pass variance (`sklearn.utils.extmath._incremental_mean_and_var`), and a scale of 1 for
    /// features that are constant up to rounding (`_is_constant_feature`).
    ///
    /// - Parameters:
    ///   - rowCount: N, 1 or more.
    ///   - featureNames: names of the F columns, kept in the pickle as `feature_names_in_`.
    ///   - element: what stands at a row and a column.
    public static func fit(
        rowCount: Int, featureNames: [String], element: (_ row: Int, _ column: Int) -> Double
    ) throws(DataError) -> StandardScaler {
        let featureCount = featureNames.count
        guard featureCount > 0, rowCount > 0 else {
            throw DataError(.invalidValues, "cannot fit a scaler: there are \(rowCount) rows of \(featureCount) features")
        }
        var sums = [Double](repeating: 0, count: featureCount)
        var counts = [Int](repeating: 0, count: featureCount)
        for row in 0..<rowCount {
            for column in 0..<featureCount {
                let value = element(row, column)
                guard !value.isInfinite else {
                    throw DataError(.invalidValues, "cannot fit a scaler: feature '\(featureNames[column])' is infinite in row \(row)")
                }
                if !value.isNaN {
                    sums[column] += value
                    counts[column] += 1
                }
            }
        }
        if let column = counts.firstIndex(of: 0) {
            throw DataError(.invalidValues, "cannot fit a scaler: feature '\(featureNames[column])' has no value in \(rowCount) rows")
        }
        let mean = (0..<featureCount).map { sums[$0] / Double(counts[$0]) }
        var squares = [Double](repeating: 0, count: featureCount)
        var corrections = [Double](repeating: 0, count: featureCount)
        for row in 0..<rowCount {
            for column in 0..<featureCount {
                let value = element(row, column)
                guard !value.isNaN else { continue }
                let deviation = value - mean[column]
                corrections[column] += deviation
                squares[column] += deviation * deviation
            }
        }
        let variance = (0..<featureCount).map { column -> Double in
            let count = Double(counts[column])
            let correction = corrections[column] * corrections[column] / count
            return (squares[column] - correction) / count
        }
        let scale = (0..<featureCount).map { column -> Double in
            let count = Double(counts[column])
            let product: Double = count * mean[column] * Double.ulpOfOne
            let bound: Double = count * Double.ulpOfOne * variance[column] + product * product
            let isConstant = variance[column] <= bound
            return isConstant ? 1 : variance[column].squareRoot()
        }
        return StandardScaler(
            mean: mean, variance: variance, scale: scale, withMean: true, withStandardDeviation: true,
            sampleCount: counts.allSatisfy { $0 == counts[0] } ? .all(counts[0]) : .perFeature(counts),
            featureCount: featureCount, featureNames: featureNames, scikitLearnVersion: writtenVersion)
    }
}
