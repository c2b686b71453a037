/// How far predicted probabilities are what they say: of the rows given about 0.7, 70 % should be positive.
public struct CalibrationTable: Equatable, Sendable {
    /// The rows whose probability lies in one part of 0...1.
    public struct Bin: Equatable, Sendable {
        /// The probabilities of the bin: above the lower bound (or 0) up to and with the upper.
        public let range: ClosedRange<Double>
        public let rows: Int
        /// Mean probability of the rows; nil when there are none.
        public let meanProbability: Double?
        /// Share of the rows that are positive; nil when there are none.
        public let positiveRate: Double?
    }

    /// Equally wide, from 0 to 1, the empty ones too.
    public let bins: [Bin]

    /// Bins as scikit-learn's `calibration_curve(strategy="uniform")`, which leaves out the empty ones.
    ///
    /// - Throws: `MetricError` for fewer than 1 or more than 1000 bins.
    public init(_ predictions: BinaryPredictions, bins count: Int = 10) throws(MetricError) {
        guard (1...1000).contains(count) else { throw MetricError("A calibration table has 1 to 1000 bins, not \(count).") }
        let width = 1 / Double(count)
        let edges = (0...count).map { $0 == count ? 1 : Double($0) * width }
        var (rows, positives, sums) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count), [Double](repeating: 0, count: count))
        for (label, probability) in zip(predictions.truth, predictions.probabilities.map(Double.init)) {
            // The product may be off by one place next to an edge.
            var bin = min(Int(probability * Double(count)), count - 1)
            while bin > 0, probability <= edges[bin] { bin -= 1 }
            while bin < count - 1, probability > edges[bin + 1] { bin += 1 }
            rows[bin] += 1
            positives[bin] += label ? 1 : 0
            sums[bin] += probability
        }
        bins = (0..<count).map { bin in
            let number = Double(rows[bin])
            return Bin(
                range: edges[bin]...edges[bin + 1], rows: rows[bin], meanProbability: rows[bin] > 0 ? sums[bin] / number : nil,
                positiveRate: rows[bin] > 0 ? Double(positives[bin]) / number : nil)
        }
    }

    /// Expected calibration error: the distance of mean probability and positive rate, averaged over rows; 0 is perfect.
    public var expectedError: Double {
        var (sum, rows) = (0.0, 0)
        for bin in bins {
            guard let mean = bin.meanProbability, let rate = bin.positiveRate else { continue }
            sum += Double(bin.rows) * (mean - rate).magnitude
            rows += bin.rows
        }
        return sum / Double(max(rows, 1))
    }
}
