/// Mean and sample standard deviation of a few numbers, such as one score per fold.
public struct SampleStatistics: Equatable, Sendable {
    public let count: Int
    public let mean: Double
    /// Root of the squared deviations over count - 1, as NumPy's `std(ddof=1)`; nil for one number.
    public let standardDeviation: Double?

    /// - Returns: nil for no numbers.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        count = values.count
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardDeviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    }
}

extension SampleStatistics: CustomStringConvertible {
    /// `mean ± deviation (n = count)`, with all digits.
    public var description: String { "\(mean)\(standardDeviation.map { " ± \($0)" } ?? "") (n = \(count))" }
}
