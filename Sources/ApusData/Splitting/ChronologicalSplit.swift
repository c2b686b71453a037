/// Rows in order of time cut into training, validation and test part, oldest first, never shuffled.
public struct ChronologicalSplit: Sendable, Equatable {
    public var training: Range<Int>
    public var validation: Range<Int>
    public var test: Range<Int>

    /// The parts `[0, int(n·a))`, the next `int(n·b)` rows, and the rest.
    ///
    /// - Throws: `DataError` when a fraction is out of range or a part would be empty.
    public init(rowCount: Int, training trainingFraction: Double = 0.7, validation validationFraction: Double = 0.15) throws(DataError) {
        guard trainingFraction > 0, validationFraction >= 0, trainingFraction + validationFraction <= 1 else {
            throw DataError(
                .invalidValues, "cannot split into \(trainingFraction) training and \(validationFraction) validation; the sum must be at most 1")
        }
        let trainingEnd = Self.trainingCount(of: rowCount, fraction: trainingFraction)
        let validationEnd = trainingEnd + Int(Double(rowCount) * validationFraction)
        training = 0..<trainingEnd
        validation = trainingEnd..<validationEnd
        test = validationEnd..<rowCount
        guard !training.isEmpty, validationFraction == 0 || !validation.isEmpty, trainingFraction + validationFraction == 1 || !test.isEmpty else {
            throw DataError(
                .invalidValues, "\(rowCount) rows are too few to split into training, validation and test; use more candles or a larger sample")
        }
    }

    package init(training: Range<Int>, validation: Range<Int>, test: Range<Int>) {
        self.training = training
        self.validation = validation
        self.test = test
    }

    /// Rows of the training part: Python's `int(n * fraction)`.
    static func trainingCount(of rowCount: Int, fraction: Double) -> Int { Int(Double(rowCount) * fraction) }
}
