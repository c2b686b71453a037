package import ApusSession
import Synchronization

/// The cell that runs in this process, for the functions that its code calls, which have no other way to find it.
package final class CellHost: Sendable {
    private struct State {
        var cell: SwiftCell?
        /// Stops the task that the cell waits for.
        var cancelTask: (@Sendable () -> Void)?
        var isInterrupted = false
    }

    package static let shared = CellHost()

    private let state = Mutex(State())

    /// Nil between cells: what a task of an earlier cell shows then goes nowhere.
    package var cell: SwiftCell? { state.withLock { $0.cell } }

    package func begin(_ cell: SwiftCell) { state.withLock { $0 = State(cell: cell) } }
    package func end() { state.withLock { $0 = State() } }

    /// Whether the cell has been asked to stop.
    package var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// Asks the cell to stop: cancels the task that it waits for, and answers ``isInterrupted``.
    package func interrupt() {
        let cancel = state.withLock { state in
            state.isInterrupted = true
            return state.cancelTask
        }
        cancel?()
    }

    func wait(cancelling cancel: (@Sendable () -> Void)?) {
        let mustCancel = state.withLock { state in
            state.cancelTask = cancel
            return state.isInterrupted
        }
        if mustCancel { cancel?() }
    }
}
