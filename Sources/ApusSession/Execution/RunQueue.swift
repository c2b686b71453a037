import Synchronization

/// Lets the cells of a session run one at a time, in the order in which they came, and knows which one is running.
final class RunQueue: Sendable {
    /// One cell, from the moment it is asked for until its reply.
    final class Run: Sendable {
        let interruption = Interruption()
        private let task = Mutex<Task<CellReply, Never>?>(nil)

        func begin(_ task: Task<CellReply, Never>) { self.task.withLock { $0 = task } }

        /// Asks the cell to stop, whether it runs or waits.
        func cancel() {
            interruption.request()
            task.withLock { $0 }?.cancel()
        }
    }

    private struct State {
        var last: Task<CellReply, Never>?
        var running: Run?
        /// In the order in which they will run.
        var waiting: [Run] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Starts `operation` when all earlier ones have ended; nil when the session is closed.
    func append(
        _ run: Run, on executor: SessionExecutor, operation: @escaping @Sendable () async -> CellReply
    ) -> Task<CellReply, Never>? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            let previous = state.last
            let task = Task(executorPreference: executor) { [self] in
                _ = await previous?.value
                enter(run)
                defer { leave() }
                return await operation()
            }
            run.begin(task)
            state.waiting.append(run)
            state.last = task
            return task
        }
    }

    private func enter(_ run: Run) {
        state.withLock { state in
            state.waiting.removeAll { $0 === run }
            state.running = run
        }
    }

    private func leave() {
        state.withLock { $0.running = nil }
    }

    /// Asks the running cell to stop, or the one that is about to run; the others that wait are the front's to abort.
    func interrupt() {
        state.withLock { $0.running ?? $0.waiting.first }?.cancel()
    }

    /// Stops everything and waits for it.
    func close() async {
        let (runs, last) = state.withLock { state in
            state.isClosed = true
            return (state.waiting + [state.running].compactMap { $0 }, state.last)
        }
        for run in runs { run.cancel() }
        _ = await last?.value
        state.withLock { $0.last = nil }
    }
}
