import ApusSession
import Synchronization

/// The end of a running cell: whichever comes first, its reply or the decision to wait no longer.
final class CellRace: Sendable {
    enum End: Sendable {
        case replied(CellReply)
        /// The cell did not stop although it was interrupted.
        case abandoned
    }

    private struct State {
        var end: End?
        var isTimedOut = false
        /// The cell's task, and whether it shall stop: an interrupt may come before the task is known.
        var task: Task<Void, Never>?
        var isStopping = false
        var waiter: CheckedContinuation<End, Never>?
    }

    private let state = Mutex(State())

    /// Whether the time was up before the cell ended.
    var isTimedOut: Bool { state.withLock { $0.isTimedOut } }

    /// The time is up; false when the cell has ended already.
    func noteTimeout() -> Bool {
        state.withLock { state in
            state.isTimedOut = state.end == nil
            return state.isTimedOut
        }
    }

    /// The task that runs the cell.
    func attach(_ task: Task<Void, Never>) {
        let isStopping = state.withLock { state in
            state.task = task
            return state.isStopping
        }
        if isStopping { task.cancel() }
    }

    /// Interrupts this cell, and no other: cancelling the task that waits for it is what a session takes for an interrupt.
    func stop() {
        let task = state.withLock { state in
            state.isStopping = true
            return state.task
        }
        task?.cancel()
    }

    /// Ends the race, unless it has ended already.
    func finish(_ end: End) {
        let waiter = state.withLock { state -> CheckedContinuation<End, Never>? in
            guard state.end == nil else { return nil }
            state.end = end
            state.task = nil
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: end)
    }

    /// Waits for the end; one waiter only.
    func end() async -> End {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state -> End? in
                if state.end == nil { state.waiter = continuation }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }
}
