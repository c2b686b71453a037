import Synchronization

/// Lets the cells of a session run one at a time, in the order in which they came, and knows which one is running.
final class RunQueue: Sendable {
    /// One cell, from the moment it is asked for until its reply.
    final class Run: Sendable {
        let interruption = Interruption()
        private let task = Mutex<Task<Void, Never>?>(nil)

        func begin(_ task: Task<Void, Never>) { self.task.withLock { $0 = task } }

        /// Asks the cell to stop, whether it runs or waits.
        func cancel() {
            interruption.request()
            task.withLock { $0 }?.cancel()
        }
    }

    private struct State {
        var last: Task<Void, Never>?
        var running: Run?
        /// In the order in which they will run.
        var waiting: [Run] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Starts `operation` when all earlier ones have ended; false when the session is closed.
    func append(_ run: Run, on executor: SessionExecutor, operation: @escaping @Sendable () async -> Void) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            let previous = state.last
            let task = Task(executorPreference: executor) { [self] in
                await previous?.value
                enter(run)
                defer { leave() }
                await operation()
            }
            run.begin(task)
            state.waiting.append(run)
            state.last = task
            return true
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
        await last?.value
        state.withLock { $0.last = nil }
    }
}
