/// Splits rows in time order into training parts and the parts after them that they are judged by.
///
/// ```
/// fold 1   training ▓▓▓▓  gap ··  evaluation ░░░░
/// fold 2   training ▓▓▓▓▓▓▓▓  gap ··  evaluation ░░░░
/// ```
/// The ranges are those of scikit-learn's `TimeSeriesSplit(n_splits, max_train_size=, test_size=, gap=)`: evaluation parts of equal length that
/// end with the last row and follow one another; the rows that do not divide go to the first training part.
public struct WalkForwardFolds: Equatable, Sendable, RandomAccessCollection {
    /// One training part and the part to evaluate, which is later.
    public struct Fold: Equatable, Sendable {
        /// Counted from 0.
        public let index: Int
        public let training: Range<Int>
        public let evaluation: Range<Int>
    }

    private let folds: [Fold]

    public var startIndex: Int { 0 }
    public var endIndex: Int { folds.count }
    public subscript(index: Int) -> Fold { folds[index] }

    /// - Parameters:
    ///   - rows: number of rows N in time order.
    ///   - count: number of folds k.
    ///   - gap: rows left out between training and evaluation. A target that looks `h` rows ahead is known `h` rows later only: with a gap of `h`
    ///     or more no target of a training row reaches into the evaluation part.
    ///   - trainingRows: length of a training part that rolls along; nil for one that begins at the first row and expands. A part that has not so
    ///     many rows before it is shorter.
    ///   - evaluationRows: length of each evaluation part; nil for N / (k + 1), rounded down.
    /// - Throws: `TrainingError` when a count is out of range, or the rows do not suffice for a first training part of one row.
    public init(rows: Int, folds count: Int = 5, gap: Int = 0, trainingRows: Int? = nil, evaluationRows: Int? = nil) throws(TrainingError) {
        func require(_ holds: Bool, _ name: String, _ value: Int, _ rule: String) throws(TrainingError) {
            if !holds { throw TrainingError(.options, "\(name) is \(value); it must be \(rule).") }
        }
        try require(count >= 1, "The number of folds", count, "1 or more")
        try require(gap >= 0, "The gap between training and evaluation", gap, "0 rows or more")
        if let trainingRows { try require(trainingRows >= 1, "The length of the training part", trainingRows, "1 row or more") }
        if let evaluationRows { try require(evaluationRows >= 1, "The length of an evaluation part", evaluationRows, "1 row or more") }
        let length = evaluationRows ?? (count < rows ? rows / (count + 1) : 0)
        let (evaluated, overflows) = length.multipliedReportingOverflow(by: count)
        guard length >= 1, !overflows, evaluated <= rows, gap < rows - evaluated else {
            throw TrainingError(
                .options,
                "\(rows) rows do not suffice for \(count) folds that evaluate \(Swift.max(length, 1)) rows each, a gap of \(gap) and a training part "
                    + "before the first. Ask for fewer folds, a shorter evaluation part or a smaller gap.")
        }
        folds = (0..<count).map { index in
            let start = rows - (count - index) * length
            let end = start - gap
            return Fold(
                index: index, training: Swift.max(0, trainingRows.map { end - $0 } ?? 0)..<end, evaluation: start..<(start + length))
        }
    }
}
