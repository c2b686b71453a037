/// Which sliding windows over a table of rows belong to training, validation and test.
///
/// Window w covers the rows w ..< w + steps and is labelled by the target of its last row, which looks `horizon` rows further. The table is
/// cut by time first; then a part has the windows that lie in it whole and whose targets, too, know nothing of the next part. Fitting a
/// scaler on ``trainingRows`` therefore uses no row that a later part is judged by.
public struct WindowSplit: Sendable, Equatable {
    /// T: rows a window covers.
    public let steps: Int
    /// Rows that a target looks ahead.
    public let horizon: Int
    /// The rows of the training part, for a scaler.
    public let trainingRows: Range<Int>
    /// Windows by their numbers.
    public let windows: ChronologicalSplit
    /// Windows left out because they, or their targets, would have crossed a cut.
    public let left: Int

    /// - Parameters:
    ///   - rowCount: rows of the table.
    ///   - labelledCount: how many of the rows, from the first, have a target.
    ///   - trainingFraction: share of the labelled rows of the training part; the next `validationFraction` are for validation, the rest for the test.
    /// - Throws: `DataError` with the numbers when a part would have no window.
    public init(
        rowCount: Int, labelledCount: Int, steps: Int, horizon: Int, training trainingFraction: Double, validation validationFraction: Double
    ) throws(DataError) {
        guard steps >= 1 else { throw DataError(.invalidValues, "a window of \(steps) rows is not possible; it must be 1 or more") }
        guard labelledCount >= 1, labelledCount <= rowCount else {
            throw DataError(
                .invalidValues,
                "\(rowCount) rows are too few: none has \(horizon) rows after it, which the target looks ahead. Use more candles or a smaller horizon"
            )
        }
        let rows = try ChronologicalSplit(rowCount: labelledCount, training: trainingFraction, validation: validationFraction)
        self.steps = steps
        self.horizon = horizon
        trainingRows = rows.training
        let hasTest = trainingFraction + validationFraction < 1
        func part(_ name: String, _ rows: Range<Int>, isLast: Bool) throws(DataError) -> Range<Int> {
            // The targets of the last part look at rows that nothing else is judged by.
            let end = rows.upperBound - (isLast ? 0 : horizon)
            guard end - rows.lowerBound >= steps else {
                if rows.isEmpty { return rows.lowerBound..<rows.lowerBound }
                throw DataError(
                    .invalidValues,
                    "the \(name) part has \(rows.count) rows, too few for one window of \(steps)\(isLast ? "" : " and a target \(horizon) rows ahead"). "
                        + "Use more candles, a shorter window or another split")
            }
            return rows.lowerBound..<end - steps + 1
        }
        let training = try part("training", rows.training, isLast: false)
        let validation = try part("validation", rows.validation, isLast: !hasTest)
        let test = try part("test", rows.test, isLast: true)
        windows = ChronologicalSplit(training: training, validation: validation, test: test)
        left = max(0, labelledCount - steps + 1) - training.count - validation.count - test.count
    }

    /// The same windows, cut in another way; the training rows are those that the training windows cover.
    package func with(_ windows: ChronologicalSplit) -> WindowSplit {
        WindowSplit(
            steps: steps, horizon: horizon, trainingRows: windows.training.lowerBound..<windows.training.upperBound + steps - 1, windows: windows,
            left: left)
    }

    private init(steps: Int, horizon: Int, trainingRows: Range<Int>, windows: ChronologicalSplit, left: Int) {
        self.steps = steps
        self.horizon = horizon
        self.trainingRows = trainingRows
        self.windows = windows
        self.left = left
    }

    /// The row whose target labels window `window`.
    public func lastRow(of window: Int) -> Int { window + steps - 1 }
}
