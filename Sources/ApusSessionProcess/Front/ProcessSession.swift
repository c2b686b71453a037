public import ApusSession
import Synchronization

/// A session in a process of its own: whatever a cell does to that process, the front goes on.
///
/// The process starts with the first cell, or with a question that only it can answer. When it ends by itself, the cell that ran fails with
/// an error that says why, and the next cell runs in a fresh process.
public final class ProcessSession: Session {
    struct State {
        var child: SessionChild?
        /// How many processes were started.
        var launches = 0
        var lastCell = 0
        var running: CellRun?
        /// In the order in which they will run.
        var waiting: [CellRun] = []
        /// How the last process ended, when nobody has been told yet.
        var unreportedEnd: SessionEnd?
        /// The end of what was written while no cell ran.
        var strayText = ""
        /// Bytes of events that were taken and not yet reported to the process.
        var takenBytes = 0
        var isClosed = false
    }

    public let language: LanguageInfo
    let state = Mutex(State())
    let queries = OpenQueries()
    let delivery = EventDelivery()
    let substitute: LazySession
    private let launch: @Sendable (Int) -> SessionLaunch
    private let advice: @Sendable (String) -> String?
    private let startsForQuestions: @Sendable () -> Bool

    /// - Parameters:
    ///   - launch: How to start the process, the first, second, ... time.
    ///   - language: What the process's session speaks.
    ///   - substitute: Makes a session in this process that answers questions about code while there is no other; it runs no cells.
    ///   - advice: How to go on after the process ended while it ran the given code; nil when the earlier cells just have to run again.
    ///   - startsForQuestions: Whether the process may know more about code than the substitute, before any cell has run.
    public init(
        launch: @escaping @Sendable (Int) -> SessionLaunch, language: LanguageInfo, substitute: @escaping @Sendable () -> any Session,
        advice: @escaping @Sendable (String) -> String? = { _ in nil }, startsForQuestions: @escaping @Sendable () -> Bool = { false }
    ) {
        self.launch = launch
        self.language = language
        self.substitute = LazySession(substitute)
        self.advice = advice
        self.startsForQuestions = startsForQuestions
    }

    deinit { state.withLock { $0.child }?.kill() }

    /// The number of the session process; nil while there is none.
    package var processNumber: Int32? { state.withLock { $0.child }?.processNumber }

    // MARK: Running

    public func start(
        _ request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void
    ) -> @Sendable () -> Void {
        let number = state.withLock { state in
            state.lastCell += 1
            return state.lastCell
        }
        let run = CellRun(number: number, request: request, client: client, completion: completion)
        enqueue(run)
        return { [self] in cancel(run) }
    }

    public func interrupt() {
        if let run = state.withLock({ $0.running ?? $0.waiting.first }) { cancel(run) }
    }

    private func enqueue(_ run: CellRun) {
        let refusal = state.withLock { state -> CellReply? in
            if state.isClosed { return CellReply(.error(.closed)) }
            state.waiting.append(run)
            return nil
        }
        if let refusal { return run.finish(refusal) }
        startNext()
    }

    private func cancel(_ run: CellRun) {
        run.cancel()
        let (isWaiting, child) = state.withLock { state in
            let count = state.waiting.count
            state.waiting.removeAll { $0 === run }
            return (state.waiting.count < count, state.running === run ? state.child : nil)
        }
        if isWaiting { run.finish(CellReply(.error(.interrupted(hasCommitted: false)))) }
        child?.send(.interrupt(cell: run.number))
    }

    /// Starts the next cell when none runs.
    func startNext() {
        let run = state.withLock { state -> CellRun? in
            guard state.running == nil, !state.waiting.isEmpty else { return nil }
            state.running = state.waiting.removeFirst()
            return state.running
        }
        if let run { start(run) }
    }

    /// Sends the running cell to the process, which is started when there is none.
    func start(_ run: CellRun) {
        let frame: [UInt8]
        do {
            frame = try Frame.bytes(SessionCommand.execute(cell: run.number, run.request).json)
        } catch {
            return end(run, CellReply(.error(CellError(name: "CellTooLong", title: "the cell is \(error)", hint: "read long texts from a file"))))
        }
        do throws(SystemError) {
            try state.withLock { state throws(SystemError) in
                let child: SessionChild
                if let running = state.child { child = running } else { child = try startChild(&state) }
                if let end = state.unreportedEnd { delivery.post { self.show(.stream(.stderr, end.warning), of: run) } }
                state.unreportedEnd = nil
                // False for a process that is found dead: its end is reported soon, and the cell then starts again.
                run.noteSent(child.sender.send(frame))
                if run.isCancelled { child.send(.interrupt(cell: run.number)) }
            }
        } catch {
            end(run, CellReply(.error(SessionEnd(cause: .notStarted(errno: error.code)).error(advice: nil))))
        }
    }

    private func startChild(_ state: inout State) throws(SystemError) -> SessionChild {
        state.launches += 1
        state.strayText = ""
        state.takenBytes = 0
        let child = try SessionChild(launch(state.launches), observer: self)
        state.child = child
        return child
    }

    /// The process for a question; nil where there is none, and none is worth starting.
    func childForQuestion() -> SessionChild? {
        guard startsForQuestions() else { return nil }
        return state.withLock { state in
            if state.child != nil || state.isClosed { return state.child }
            return try? startChild(&state)
        }
    }

    /// The running cell has ended, and so have all its events.
    func end(_ run: CellRun, _ reply: CellReply) {
        state.withLock { if $0.running === run { $0.running = nil } }
        run.finish(reply)
        startNext()
    }

    // MARK: The end of the process

    func ended(_ child: SessionChild, _ end: SessionEnd) {
        queries.answerAll()
        let run = state.withLock { state -> CellRun? in
            guard state.child === child else { return nil }
            state.child = nil
            // No cell ran: the next one tells of it, also when it has come already and found the process dead.
            if state.running?.isSent != true, !state.isClosed {
                var end = end
                end.errors = state.strayText + end.errors
                state.unreportedEnd = end
            }
            return state.running
        }
        guard let run else { return }
        if run.isSent { delivery.post { self.report(end, to: run) } } else { start(run) }
    }

    /// Ends the cell that ran when its process ended: last words, error, reply.
    private func report(_ end: SessionEnd, to run: CellRun) {
        if !end.output.isEmpty { show(.stream(.stdout, end.output), of: run) }
        if !end.errors.isEmpty { show(.stream(.stderr, end.errors), of: run) }
        let error = state.withLock(\.isClosed) ? CellError.closed : end.error(advice: advice(run.request.code))
        show(.error(error), of: run)
        self.end(run, CellReply(.error(error)))
    }

    func show(_ event: CellEvent, of run: CellRun) {
        if !run.request.isSilent { run.client.receive(event) }
    }

    // MARK: Closing

    /// How long a cell may take to stop before its process is ended.
    private static let grace: Duration = .milliseconds(400)

    public func close() async {
        let (waiting, child) = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return (state.waiting, state.child)
        }
        for run in waiting { run.finish(CellReply(.error(.closed))) }
        await substitute.close()
        guard let child else { return }
        child.send(.close)
        let timer = Task {
            try await Task.sleep(for: Self.grace)
            child.kill()
        }
        await child.waitForEnd()
        timer.cancel()
    }
}

extension SessionChild {
    /// Sends a command that is small; false when the process is gone.
    @discardableResult
    func send(_ command: SessionCommand) -> Bool {
        guard let frame = try? Frame.bytes(command.json) else { return false }
        return sender.send(frame)
    }
}
