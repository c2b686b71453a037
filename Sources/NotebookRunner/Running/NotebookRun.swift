public import ApusSession
import ApusSystem
import Dispatch
public import NotebookFormat

/// One run of a notebook in a session.
///
/// The code cells run from the first to the last; outputs, prompt numbers and times go into the notebook, which is saved as
/// the run goes on, so that whatever ends the process leaves what there was. The tags `raises-exception` and
/// `skip-execution` mean what they mean to nbclient.
public final class NotebookRun: Sendable {
    /// Asks the person at the terminal for a line.
    public typealias InputReader = @Sendable (_ prompt: String, _ isPassword: Bool) async throws -> String

    let session: any Session
    let options: RunOptions
    let observer: (any RunObserver)?
    let readInput: InputReader?
    let state: RunState
    let saves: SaveSchedule
    private let timers = DispatchQueue(label: "apus.notebook.timers")

    /// A run of `notebook`, which `save` writes to where it belongs.
    ///
    /// `save` is called by one thread at a time. Without `readInput`, cells that ask for input get `InputUnavailable`.
    public init(
        _ notebook: Notebook, session: any Session, options: RunOptions = RunOptions(), observer: (any RunObserver)? = nil,
        readInput: InputReader? = nil, save: @escaping @Sendable (Notebook) throws -> Void
    ) {
        var prepared = notebook
        prepared.prepare(language: session.language, kernelspec: options.kernelspec)
        let state = RunState(prepared)
        self.session = session
        self.options = options
        self.observer = observer
        self.readInput = readInput
        self.state = state
        saves = SaveSchedule(interval: options.saveInterval) { try save(state.snapshot()) }
    }

    /// The notebook as it is now.
    public var notebook: Notebook { state.snapshot() }

    /// Saves what there is, at once; for a process that is about to end.
    public func save() throws { try saves.saveNow() }

    /// Stops the running cell and runs no further one.
    public func interrupt() {
        let race = state { values in
            values.isInterrupted = true
            return values.race
        }
        if let race { stop(race) }
    }

    /// Runs the notebook; once only.
    ///
    /// - Throws: What `save` throws, before the first cell runs or after the last one.
    public func run() async throws -> RunReport {
        let clock = ContinuousClock()
        let start = clock.now
        let started = UTCTime.now.isoWithMicroseconds
        try saves.saveNow()
        var reports = codeCells()
        let total = reports.count
        var executionCount = 0
        var isStopped = false
        for index in reports.indices {
            let cell = state { $0.notebook.cells[reports[index].index] }
            if isStopped || state({ $0.isInterrupted }) {
                isStopped = true
            } else if reports[index].title.isEmpty {
                reports[index].outcome = .skipped("the cell is empty")
            } else if cell.tags.contains(CellTag.skipExecution) {
                reports[index].outcome = .skipped("tagged '\(CellTag.skipExecution)'")
            } else if let reason = options.filter.reason(toSkip: cell) {
                reports[index].outcome = .skipped(reason)
            } else {
                executionCount += 1
                observer?.cellStarted(reports[index], of: total)
                let cellStart = clock.now
                let end = await execute(reports[index], count: executionCount)
                reports[index].outcome = outcome(of: end, mayFail: cell.tags.contains(CellTag.raisesException), cell: reports[index])
                reports[index].duration = clock.now - cellStart
                isStopped = finish(reports[index], end)
            }
            reports[index].outputs = state.snapshot().cells[reports[index].index].outputs
            observer?.cellEnded(reports[index], of: total)
        }
        try saves.saveNow()
        // Later cells may have updated displays of earlier ones.
        let cells = state.snapshot().cells
        for index in reports.indices { reports[index].outputs = cells[reports[index].index].outputs }
        return RunReport(
            status: status(of: reports), cells: reports, started: started, duration: clock.now - start, isSessionStuck: state { $0.isStuck })
    }

    private func codeCells() -> [CellReport] {
        let cells = state { $0.notebook.cells }
        return cells.indices.filter { cells[$0].kind == .code }.enumerated().map { number, index in
            CellReport(index: index, number: number + 1, source: cells[index].source)
        }
    }

    private func status(of reports: [CellReport]) -> RunReport.Status {
        if state({ $0.isInterrupted }) { return .interrupted }
        return reports.contains { $0.error != nil } ? .failed : .passed
    }

    // MARK: One cell

    private enum End {
        case replied(CellReply)
        /// The time was up; whether the cell stopped when it was interrupted.
        case timedOut(Duration, stopped: Bool)
        /// Interrupted by the user, and the cell did not stop.
        case abandoned
    }

    private func execute(_ cell: CellReport, count: Int) async -> End {
        let race = CellRace()
        let request = begin(cell, count: count, race: race)
        let client = CellClient(race: race, state: state, saves: saves, observer: observer, readInput: readInput)
        let timeout = options.timeout.map { startTimer($0, race) }
        race.attach(Task { [session] in race.finish(.replied(await session.execute(request, client: client))) })
        let end = await race.end()
        timeout?.cancel()
        let stopped = if case .replied = end { true } else { false }
        if race.isTimedOut, let limit = options.timeout { return .timedOut(limit, stopped: stopped) }
        guard case .replied(let reply) = end else { return .abandoned }
        return .replied(reply)
    }

    private func begin(_ cell: CellReport, count: Int, race: CellRace) -> CellRequest {
        let now = UTCTime.now.isoWithMicroseconds
        return state { values in
            values.race = race
            values.hasShownError = false
            values.recorder.begin(cell: cell.index, executionCount: count)
            values.notebook.cells[cell.index].executionCount = count
            values.notebook.cells[cell.index].metadata["execution"] = ["iopub.execute_input": .string(now), "iopub.status.busy": .string(now)]
            return CellRequest(cell.source, allowsInput: readInput != nil, executionCount: count, cellID: values.notebook.cells[cell.index].id)
        }
    }

    private func startTimer(_ limit: Duration, _ race: CellRace) -> DispatchWorkItem {
        let item = DispatchWorkItem { [self] in
            if race.noteTimeout() { stop(race) }
        }
        timers.asyncAfter(deadline: .now() + limit.seconds, execute: item)
        return item
    }

    /// Interrupts the cell, and waits no longer for it than `interruptGrace` says.
    private func stop(_ race: CellRace) {
        race.stop()
        timers.asyncAfter(deadline: .now() + options.interruptGrace.seconds) { race.finish(.abandoned) }
    }

    private func outcome(of end: End, mayFail: Bool, cell: CellReport) -> CellReport.Outcome {
        switch end {
        case .timedOut(let limit, let stopped): .timedOut(.timeout(cell: cell.number, limit: limit, stopped: stopped))
        case .abandoned: .interrupted(.abandoned(cell: cell.number, grace: options.interruptGrace))
        case .replied(let reply):
            switch reply.status {
            case .ok: .passed
            case .error(let error) where state({ $0.isInterrupted }): .interrupted(error)
            case .error(let error): mayFail ? .failedAsExpected(error) : .failed(error)
            }
        }
    }

    /// Puts the end of the cell into the notebook; true when no further cell may run.
    private func finish(_ cell: CellReport, _ end: End) -> Bool {
        let now = UTCTime.now.isoWithMicroseconds
        let isStuck =
            switch end {
            case .abandoned, .timedOut(_, stopped: false): true
            case .replied, .timedOut: false
            }
        state { values in
            var unshown: CellError?
            switch (cell.outcome, values.hasShownError) {
            case (.timedOut(let error), _): unshown = error
            case (.failed(let error), false), (.failedAsExpected(let error), false), (.interrupted(let error), false): unshown = error
            default: break
            }
            if let unshown { values.recorder.record(.error(unshown)) }
            var times = values.notebook.cells[cell.index].metadata["execution"]?.object ?? [:]
            times["iopub.status.idle"] = .string(now)
            times["shell.execute_reply"] = .string(now)
            values.notebook.cells[cell.index].metadata["execution"] = .object(times)
            values.race = nil
            values.isStuck = isStuck
        }
        saves.noteEnd()
        return isStuck || cell.error != nil && !options.allowsErrors
    }
}
