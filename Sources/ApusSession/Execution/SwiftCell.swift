public import ApusJSON

/// A cell of Swift code that is about to run, and what it has.
public struct SwiftCell: Sendable {
    public enum Purpose: Sendable, Equatable {
        /// What it declares is in scope of the cells after it.
        case running
        /// It is run again and again, and its time printed: so many runs to a measurement, or as many as take 0.2 s, and so many measurements.
        case timing(loops: Int?, repeats: Int)
    }

    public let source: CellSource
    public let purpose: Purpose
    /// The number of the cell.
    public let executionCount: Int
    /// Where the cell writes.
    public let out: CellOutput
    public let interruption: Interruption
    /// What earlier cells left. Used by one thread at a time: the session waits while Swift code runs.
    nonisolated(unsafe) public let workspace: Workspace
    public let environment: SessionEnvironment
    private let client: any SessionClient
    private let allowsInput: Bool
    private let displays: OpenDisplays

    init(_ runner: CellRunner, source: CellSource, purpose: Purpose, environment: SessionEnvironment) {
        self.source = source
        self.purpose = purpose
        executionCount = runner.request.executionCount
        out = runner.output
        interruption = runner.interruption
        workspace = runner.workspace
        self.environment = environment
        client = runner.client
        allowsInput = runner.request.allowsInput
        displays = OpenDisplays()
    }

    /// Asks the user for a line.
    ///
    /// - Throws: `InputUnavailable` when nobody can be asked; `CancellationError` on interrupt.
    public func requestInput(_ prompt: String, isPassword: Bool) async throws -> String {
        guard allowsInput else { throw InputUnavailable() }
        return try await client.requestInput(prompt: prompt, isPassword: isPassword)
    }

    /// Shows a progress bar.
    public func progress(_ title: String, total: Int?, unit: ProgressUnit) -> ProgressDisplay {
        let display = ProgressDisplay(title, total: total, unit: unit, output: out, now: environment.now)
        displays.append(display)
        return display
    }

    /// Progress bars that were not finished say that they were stopped.
    func close() { displays.stop() }
}

/// Runs the cells of a session that are Swift code.
///
/// Calls come one at a time, and each cell sees what the earlier ones declared.
public protocol SwiftCellRunner: Sendable {
    /// Compiles and runs a cell; returns at its end.
    ///
    /// - Throws: `CellError`, or whatever the cell threw.
    func run(_ cell: SwiftCell) throws

    /// Makes a package, or what a module map describes, importable by the cells that follow.
    ///
    /// - Parameter path: Absolute.
    /// - Throws: `CellError`; `CancellationError`.
    func use(_ path: String, for cell: SwiftCell) throws

    /// Asks the running cell to stop.
    func interrupt()

    /// Later cells see nothing of the earlier ones.
    func reset()
}

/// Reads the cells of Swift code of one notebook, in their order, without running them.
public protocol SwiftCellChecking {
    /// What the compiler says against a cell; what the cell declares is in scope of those after it.
    ///
    /// - Parameter parameters: By name, as the cells before have set them.
    func check(_ source: CellSource, parameters: [String: JSON]) -> [CellMistake]

    /// Makes a package, or what a module map describes, importable by the cells that follow.
    ///
    /// - Parameter path: Absolute.
    /// - Throws: `CellError`.
    func use(_ path: String) throws
}
