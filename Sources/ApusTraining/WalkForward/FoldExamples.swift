/// The rows of one fold, scaled with what was fitted to its training rows.
public struct FoldExamples: Sendable {
    /// Rows to learn from.
    public let training: Examples
    /// Rows to stop by and to choose the best epoch with: the last of the training part, not those to evaluate. nil trains all epochs.
    public let validation: Examples?
    /// Rows that only the finished model sees.
    public let evaluation: Examples

    public init(training: Examples, validation: Examples? = nil, evaluation: Examples) {
        self.training = training
        self.validation = validation
        self.evaluation = evaluation
    }
}
