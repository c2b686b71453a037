/// How one notebook of several ended.
public struct NotebookReport: Sendable {
    public enum Status: String, Sendable, Equatable {
        case passed, failed, interrupted
        /// The others ended before it could start.
        case notRun = "not run"
    }

    /// The notebook's path, as the user gave it.
    public var name: String
    /// The absolute path of the executed notebook.
    public var output: String
    /// One for each time it ran to its end; the last one counts.
    public var attempts: [RunReport]
    /// Why the executed notebook could not be written, which fails the notebook.
    public var problem: String?

    public init(name: String, output: String, attempts: [RunReport] = [], problem: String? = nil) {
        self.name = name
        self.output = output
        self.attempts = attempts
        self.problem = problem
    }

    public var status: Status {
        if problem != nil { return .failed }
        return switch attempts.last?.status {
        case .passed: .passed
        case .failed: .failed
        case .interrupted: .interrupted
        case nil: .notRun
        }
    }

    /// Whether it passed, but not at once.
    public var isFlaky: Bool { status == .passed && attempts.count > 1 }

    /// The cells as they ended last.
    public var cells: [CellReport] { attempts.last?.cells ?? [] }

    /// The time of all attempts together.
    public var duration: Duration { attempts.reduce(.zero) { $0 + $1.duration } }

    /// What happened, in one line: `nb.ipynb: failed at cell 2 after 1.20 s`.
    public var summary: String {
        "\(name): " + outcome + (attempts.count > 1 ? " (attempt \(attempts.count))" : "")
    }

    private var outcome: String {
        if let problem { return "failed: \(problem)" }
        guard let last = attempts.last else { return Status.notRun.rawValue }
        let time = last.duration.spoken
        let count = last.cells.count(where: \.hasRun)
        let cell = last.cells.first { $0.error != nil }.map { " at cell \($0.number)" } ?? ""
        return switch last.status {
        case .passed: "passed, \(count) \(count == 1 ? "cell" : "cells") in \(time)"
        case .failed: "failed\(cell) after \(time)"
        case .interrupted: "interrupted\(cell) after \(time)"
        }
    }
}
