import Synchronization

/// Runs notebooks, several at once, each in a session of its own.
///
/// A notebook that fails does not keep the others from running, and runs again from its start as often as the options say.
public final class BatchRun: Sendable {
    private struct State {
        var running: [Int: NotebookRun] = [:]
        /// Whether nothing may start any more.
        var isStopping = false
    }

    private let jobs: [NotebookJob]
    private let options: BatchOptions
    private let observer: (any BatchObserver)?
    private let readInput: NotebookRun.InputReader?
    private let state = Mutex(State())

    /// - Parameter readInput: Answers the questions of cells; one at a time where the limit is more than 1.
    public init(
        _ jobs: [NotebookJob], options: BatchOptions, observer: (any BatchObserver)? = nil, readInput: NotebookRun.InputReader? = nil
    ) {
        self.jobs = jobs
        self.options = options
        self.observer = observer
        self.readInput = readInput
    }

    /// Stops the running cells; no further cell and no further notebook runs.
    public func interrupt() {
        let runs = state.withLock { state in
            state.isStopping = true
            return Array(state.running.values)
        }
        for run in runs { run.interrupt() }
    }

    /// Saves what the running notebooks have so far; for a process that is about to end.
    public func save() {
        // Nobody is left to be told when one cannot be saved.
        for run in state.withLock({ Array($0.running.values) }) { try? run.save() }
    }

    /// Runs the notebooks; once only.
    ///
    /// - Returns: A report for each, in their order.
    public func run() async -> [NotebookReport] {
        var reports = jobs.map { NotebookReport(name: $0.name, output: $0.output) }
        var waiting = jobs.indices[...]
        await withTaskGroup(of: (Int, NotebookReport).self) { group in
            func startNext() {
                guard let index = waiting.popFirst() else { return }
                group.addTask { (index, await self.run(index)) }
            }
            for _ in 0..<max(1, options.limit) { startNext() }
            for await (index, report) in group {
                reports[index] = report
                startNext()
            }
        }
        return reports
    }

    private func run(_ index: Int) async -> NotebookReport {
        var report = NotebookReport(name: jobs[index].name, output: jobs[index].output)
        var runsAgain = true
        while runsAgain, !state.withLock(\.isStopping) {
            await attempt(index, &report)
            runsAgain = isWorthRetrying(index, report) && !state.withLock(\.isStopping)
            observer?.attemptEnded(index, report, runsAgain: runsAgain)
        }
        if report.status == .failed, options.stopsAtFailure { interrupt() }
        return report
    }

    /// Whether the notebook failed, may run again, and may do better then.
    private func isWorthRetrying(_ index: Int, _ report: NotebookReport) -> Bool {
        guard report.status == .failed, report.problem == nil, report.attempts.count <= options.retries else { return false }
        guard let checker = options.checker, let failed = report.cells.first(where: { $0.error != nil }) else { return true }
        let mistakes = jobs[index].notebook.diagnostics(checker, filter: options.run.filter)
        return !mistakes.contains { $0.severity == .error && $0.cell == failed.number }
    }

    private func attempt(_ index: Int, _ report: inout NotebookReport) async {
        let job = jobs[index]
        let session = job.makeSession()
        let cells = observer?.notebookStarted(index, attempt: report.attempts.count + 1)
        let run = NotebookRun(job.notebook, session: session, options: options.run, observer: cells, readInput: readInput, save: job.save)
        let isStopping = state.withLock { state in
            state.running[index] = run
            return state.isStopping
        }
        // Somebody may have stopped the others since this notebook was chosen.
        if isStopping { run.interrupt() }
        do {
            report.attempts.append(try await run.run())
        } catch {
            report.problem = "\(error)"
        }
        state.withLock { $0.running[index] = nil }
        // Ends the session's process, also when a cell that was given up still runs there.
        await session.close()
    }
}
