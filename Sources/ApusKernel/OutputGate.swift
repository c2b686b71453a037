import ApusThreads
package import JupyterProtocol
import Synchronization

/// Whether a cell's outputs may leave: not while a subscriber is far behind, unless the cell was asked to stop.
///
/// A cell that is asked to stop, and so does, has few outputs left; they leave without waiting, so that its reply comes at once. One
/// that goes on regardless waits again after ``hurriedBytes``.
package final class OutputGate: Sendable {
    private struct State {
        /// Bytes that may still leave without waiting.
        var allowance = 0
        var waiter: Wakeup?
    }

    /// A good deal more than what is on its way from a session process, see `EventWindow`.
    package static let hurriedBytes = 32 << 20

    private let backlog: SendBacklog
    private let state = Mutex(State())

    package init(_ backlog: SendBacklog) { self.backlog = backlog }

    /// May change at any time, whatever the caller does.
    package var isOpen: Bool { !backlog.isFull || state.withLock { $0.allowance > 0 } }

    /// Waits until it is open. One caller at a time.
    package func wait() {
        let wakeup = Wakeup()
        state.withLock { $0.waiter = wakeup }
        while !isOpen {
            backlog.wait(wakeup)
            wakeup.clear()
        }
        state.withLock { $0.waiter = nil }
    }

    /// Says that outputs wait elsewhere until it is open.
    package func noteWaiting() { backlog.noteWaiting() }

    /// The cell was asked to stop. From any thread.
    package func hurry() {
        let waiter = state.withLock { state in
            state.allowance = Self.hurriedBytes
            return state.waiter
        }
        waiter?.signal()
    }

    /// So many bytes left.
    package func pass(_ bytes: Int) {
        guard backlog.isFull else { return }
        state.withLock { $0.allowance = max(0, $0.allowance - bytes) }
    }
}
