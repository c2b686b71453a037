public import ApusJSON

/// What a running magic has: its body, the workspace, a place to write, and a way to learn that it should stop.
public final class CellContext {
    /// The whole text of the cell.
    public let source: CellSource
    /// The magic's name, without percent signs.
    public let magic: String
    /// What follows the options; nil for a magic that takes no body, or was called as a line.
    public let body: CellBody?
    /// Where the cell writes; may be handed to other threads.
    public let out: CellOutput
    /// What earlier cells left, and what this one leaves.
    public let workspace: Workspace
    public let environment: SessionEnvironment
    /// May be handed to threads that know no task.
    public let interruption: Interruption
    /// The number of the cell.
    public let executionCount: Int

    private let runner: CellRunner
    private let call: MagicCall
    private var displays: [ProgressDisplay] = []

    init(_ call: MagicCall, runner: CellRunner, environment: SessionEnvironment) {
        self.runner = runner
        self.environment = environment
        source = runner.source
        magic = call.name
        body = call.body
        self.call = call
        out = runner.output
        workspace = runner.workspace
        interruption = runner.interruption
        executionCount = runner.request.executionCount
    }

    /// The scalars of the value given for the option called `name` (with its dashes), or of the option when it has no value of its own.
    public func range(ofOption name: String) -> Range<Int>? { call.range(ofOption: name) }

    /// Whether the cell has been asked to stop.
    public var shouldStop: Bool { interruption.isRequested || Task.isCancelled }

    /// - Throws: `CancellationError` when the cell has been asked to stop.
    public func checkCancellation() throws {
        if shouldStop { throw CancellationError() }
    }

    /// The parameters by name.
    public var parameters: [String: JSON] { workspace.parameters }

    /// Asks the user for a line.
    ///
    /// - Throws: `InputUnavailable` when nobody can be asked; `CancellationError` on interrupt.
    nonisolated(nonsending) public func requestInput(_ prompt: String, isPassword: Bool = false) async throws -> String {
        guard runner.request.allowsInput else { throw InputUnavailable() }
        let answer = try await runner.client.requestInput(prompt: prompt, isPassword: isPassword)
        try checkCancellation()
        return answer
    }

    /// Shows a progress bar. When the cell ends before the bar is finished, the bar says that it was stopped.
    ///
    /// - Parameters:
    ///   - total: How much there is to do; nil when nobody knows.
    ///   - unit: What is counted.
    public func progress(_ title: String, total: Int? = nil, unit: ProgressUnit = "steps") -> ProgressDisplay {
        let display = ProgressDisplay(title, total: total, unit: unit, output: out, now: environment.now)
        displays.append(display)
        return display
    }

    /// Shows something that changes while the cell runs, such as a curve, at most every `interval`.
    public func liveDisplay(_ bundle: MIMEBundle, interval: Duration = .milliseconds(500)) -> LiveDisplay {
        LiveDisplay(bundle, interval: interval, output: out, now: environment.now)
    }

    /// Runs the cell that follows a magic with ``MagicBody/cell(_:)``.
    public func runNested(in session: isolated CellSession) async throws {
        if let code = call.nestedSwift { return try await runner.run(swift: code, in: session) }
        try await runner.run(call.nested, in: session)
    }

    /// Runs the Swift code that follows a magic with ``MagicBody/cell(_:)``.
    ///
    /// - Throws: `CellMistake` when something else follows.
    func runNested(as purpose: SwiftCell.Purpose, in session: isolated CellSession) async throws {
        guard let code = call.nestedSwift else {
            throw CellMistake(
                "NoSwiftCode", "\(call.spelled) needs Swift code to run", at: call.nameRange, hint: "`%%time` says how long a magic takes")
        }
        try await runner.run(swift: code, as: purpose, in: session)
    }

    /// Makes a package, or what a module map describes, importable by the cells that follow.
    func use(_ path: String, in session: isolated CellSession) async throws {
        try await runner.use(path, at: call.tokens.last?.range ?? call.nameRange, in: session)
    }

    /// Progress bars that were not finished say that they were stopped.
    func close() {
        for display in displays { display.stop() }
    }
}
