import ApusJSON
import Synchronization

/// The session in this process: it runs cells on a thread of its own and keeps what they leave for each other.
///
/// Everything else answers from an immutable catalogue and a copy of the names in the workspace, so that it never waits for a cell.
public actor CellSession: Session {
    private let executor: SessionExecutor
    public nonisolated let catalogue: MagicCatalogue
    public nonisolated let environment: SessionEnvironment
    public nonisolated let language: LanguageInfo
    /// Runs Swift code; nil where there is no toolchain.
    nonisolated let swift: (any SwiftCellRunner)?
    /// Answers questions about Swift code; nil where nobody can.
    private nonisolated let swiftAssistant: (any SwiftCodeAssistant)?
    private nonisolated let queue = RunQueue()
    private nonisolated let names = Mutex(SessionNames())
    /// Runs what only reads, on a thread of its own; made when it is first needed.
    private nonisolated let reader = Mutex<CellSession?>(nil)
    /// Begins the ids of displays.
    private let displayPrefix: String
    private var contents = WorkspaceContents()
    private var cellsRun = 0
    /// The magics that were called without options, by name.
    private var plainMagics: [String: any Magic] = [:]

    /// - Parameters:
    ///   - magics: The magics beside the generic ones.
    ///   - swift: Runs cells of Swift code; without it they end with an error that says so.
    ///   - swiftAssistant: Completes and explains Swift code.
    ///   - displayPrefix: Begins the ids of displays. Sessions that follow each other in one front need different ones, so that a
    ///     display of the session before is never updated.
    public init(
        magics: [any Magic.Type], environment: SessionEnvironment = .current, language: LanguageInfo = .swift, displayPrefix: String = "apus",
        swift: (any SwiftCellRunner)? = nil, swiftAssistant: (any SwiftCodeAssistant)? = nil
    ) {
        self.init(MagicCatalogue(magics), environment, language, displayPrefix, swift, swiftAssistant)
    }

    private init(
        _ catalogue: MagicCatalogue, _ environment: SessionEnvironment, _ language: LanguageInfo, _ displayPrefix: String,
        _ swift: (any SwiftCellRunner)?, _ swiftAssistant: (any SwiftCodeAssistant)?
    ) {
        self.swift = swift
        self.swiftAssistant = swiftAssistant
        executor = SessionExecutor()
        self.catalogue = catalogue
        self.environment = environment
        self.language = language
        self.displayPrefix = displayPrefix
    }

    deinit { executor.stop() }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    // MARK: Running

    public nonisolated func start(
        _ request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void
    ) -> @Sendable () -> Void {
        let run = RunQueue.Run()
        let isQueued = queue.append(run, on: executor) { completion(await self.perform(request, client, run.interruption)) }
        if !isQueued { completion(CellReply(.error(.closed))) }
        return { run.cancel() }
    }

    public nonisolated func interrupt() { queue.interrupt() }

    public nonisolated func close() async {
        await queue.close()
        await forget()
    }

    private func forget() {
        contents = WorkspaceContents()
        names.withLock { $0 = SessionNames() }
    }

    private func perform(_ request: CellRequest, _ client: any SessionClient, _ interruption: Interruption) async -> CellReply {
        guard !interruption.isRequested else { return CellReply(.error(.interrupted(hasCommitted: false))) }
        cellsRun += 1
        let output = CellOutput(client: client, isSilent: request.isSilent, displayPrefix: "\(displayPrefix)-\(cellsRun)")
        let workspace = Workspace(contents, cell: request.executionCount)
        let runner = CellRunner(
            session: self, source: CellSource(request.code), request: request, output: output, workspace: workspace, interruption: interruption,
            client: client)
        defer { output.close() }
        do {
            try await runner.run(in: self)
            workspace.commit()
            adopt(workspace)
            return CellReply(.ok, userExpressions: request.userExpressions.mapValues(evaluate))
        } catch {
            // What the magic committed itself stays.
            adopt(workspace)
            let error = CellError(error, in: runner.source, interrupted: interruption.isRequested, hasCommitted: workspace.hasCommitted)
            output.error(error)
            return CellReply(.error(error))
        }
    }

    /// The magic that is called. Without options it is always the same one, and made only once: that takes longer than most of them run.
    func magic(_ binder: ArgumentBinder) throws(CellMistake) -> any Magic {
        guard binder.isPlain else { return try binder.makeMagic() }
        let name = binder.declaration.name
        if let magic = plainMagics[name] { return magic }
        let magic = try binder.makeMagic()
        // A struct, whose copies share nothing.
        if !(type(of: magic) is AnyClass) { plainMagics[name] = magic }
        return magic
    }

    private func adopt(_ workspace: Workspace) {
        contents = workspace.committed
        let entries = contents.listing
        let (parameters, order) = (contents.parameters, contents.parameterOrder)
        names.withLock { $0 = SessionNames(parameters: parameters, parameterOrder: order, entries: entries) }
    }

    // MARK: Reading

    public nonisolated func runReadOnly(_ request: CellRequest) async -> FinishedCell? {
        guard ReadOnlyRule(catalogue: catalogue).allows(CellSource(request.code)) else { return nil }
        let reader = reader.withLock { reader in
            if let reader { return reader }
            let made = CellSession(catalogue, environment, language, displayPrefix + "-read", nil, nil)
            reader = made
            return made
        }
        return await reader.perform(request, on: names.withLock { $0 })
    }

    /// Runs a cell over names and descriptions.
    private func perform(_ request: CellRequest, on names: SessionNames) async -> FinishedCell {
        contents = WorkspaceContents(names)
        let client = EventRecorder()
        let reply = await perform(request, client, Interruption())
        return FinishedCell(events: client.events, reply: reply)
    }

    // MARK: User expressions

    /// A parameter's name, or a literal.
    private func evaluate(_ expression: String) -> ExpressionValue {
        UserExpression(parameters: contents.parameters).evaluate(expression)
    }

    // MARK: Assistance

    private nonisolated var assistant: CodeAssistant {
        CodeAssistant(catalogue: catalogue, names: names.withLock { $0 }, environment: environment)
    }

    public nonisolated func complete(_ code: String, cursor: Int) async -> Completions {
        await assistant.complete(CellSource(code), cursor: cursor, asking: swiftAssistant)
    }

    public nonisolated func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle? {
        await assistant.inspect(CellSource(code), cursor: cursor, detail: detail, asking: swiftAssistant)
    }

    public nonisolated func completeness(of code: String) async -> Completeness {
        CompletenessRule(catalogue: catalogue).judge(CellSource(code))
    }
}

/// The names of the workspace as of the last cell, for answers while another cell runs.
struct SessionNames: Sendable {
    var parameters: [String: JSON] = [:]
    var parameterOrder: [String] = []
    var entries: [WorkspaceListing] = []
}

extension WorkspaceContents {
    /// A workspace without values, for cells that read names and descriptions.
    init(_ names: SessionNames) {
        self.init(parameters: names.parameters, parameterOrder: names.parameterOrder)
        for entry in names.entries {
            set(Entry(value: (), producer: entry.producer, cell: entry.cell) { entry.summary }, for: entry.name)
        }
    }
}

/// Keeps what a cell shows.
private final class EventRecorder: SessionClient {
    private let recorded = Mutex<[CellEvent]>([])

    var events: [CellEvent] { recorded.withLock { $0 } }

    func receive(_ event: CellEvent) { recorded.withLock { $0.append(event) } }

    /// What only reads asks for nothing.
    func requestInput(prompt: String, isPassword: Bool) async throws -> String { throw InputUnavailable() }
}

extension CellError {
    package static var closed: CellError {
        CellError(name: "SessionClosed", title: "the session is closed", hint: "restart the kernel")
    }
}
