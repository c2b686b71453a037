public import ApusSession
public import NotebookFormat

/// How a run ended, cell by cell.
public struct RunReport: Sendable {
    public enum Status: Sendable, Equatable {
        /// Every cell did what it should.
        case passed
        /// A cell failed or ran out of time.
        case failed
        /// Somebody stopped the run.
        case interrupted
    }

    public var status: Status
    /// One for each code cell, in order.
    public var cells: [CellReport]
    /// When the run began, as Jupyter writes dates.
    public var started: String
    public var duration: Duration
    /// Whether a cell was given up that may still be running, so that closing the session could wait for ever.
    public var isSessionStuck: Bool

    public init(status: Status, cells: [CellReport], started: String, duration: Duration, isSessionStuck: Bool = false) {
        self.status = status
        self.cells = cells
        self.started = started
        self.duration = duration
        self.isSessionStuck = isSessionStuck
    }
}

/// How one code cell ended.
public struct CellReport: Sendable {
    public enum Outcome: Sendable, Equatable {
        case passed
        /// Failed as its tag `raises-exception` says it may.
        case failedAsExpected(CellError)
        case failed(CellError)
        case timedOut(CellError)
        case interrupted(CellError)
        /// Left out, and why: an empty cell, the tag `skip-execution`, or a filter.
        case skipped(String)
        /// The run ended before.
        case notRun
    }

    /// Position among all cells of the notebook, from 0.
    public var index: Int
    /// Position among the code cells, from 1.
    public var number: Int
    public var source: String
    public var outcome: Outcome
    public var duration: Duration
    public var outputs: [Notebook.Output]

    public init(index: Int, number: Int, source: String, outcome: Outcome = .notRun, duration: Duration = .zero, outputs: [Notebook.Output] = []) {
        self.index = index
        self.number = number
        self.source = source
        self.outcome = outcome
        self.duration = duration
        self.outputs = outputs
    }

    /// Whether the cell ran to its end or was stopped.
    public var hasRun: Bool {
        switch outcome {
        case .skipped, .notRun: false
        default: true
        }
    }

    /// The error that makes the run fail or stop; nil for one that was expected.
    public var error: CellError? {
        switch outcome {
        case .failed(let error), .timedOut(let error), .interrupted(let error): error
        case .passed, .failedAsExpected, .skipped, .notRun: nil
        }
    }

    /// The first line that does something; of a cell of comments, its first line.
    public var title: String {
        let lines = source.linesWithEnds().map(\.trimmed).filter { !$0.isEmpty }
        return lines.first { !$0.hasPrefix("//") && !$0.hasPrefix("#") } ?? lines.first ?? ""
    }
}
