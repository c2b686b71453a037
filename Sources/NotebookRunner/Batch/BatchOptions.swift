public import ApusSession

/// How several notebooks are run together.
public struct BatchOptions: Sendable {
    /// How each of them is run.
    public var run: RunOptions
    /// How many run at once, at most.
    public var limit: Int
    /// How often a notebook that failed runs again.
    public var retries: Int
    /// Finds the mistakes that would be there again, which are not worth a retry.
    public var checker: CellChecker?
    /// Stops the others when one has failed for good.
    public var stopsAtFailure: Bool

    public init(run: RunOptions = RunOptions(), limit: Int = 1, retries: Int = 0, checker: CellChecker? = nil, stopsAtFailure: Bool = false) {
        self.run = run
        self.limit = limit
        self.retries = retries
        self.checker = checker
        self.stopsAtFailure = stopsAtFailure
    }
}
