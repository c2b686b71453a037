import Synchronization

/// The wish that a cell stop, which may come before there is a cell.
package final class CellStop: Sendable {
    private struct State {
        var isRequested = false
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    package var isRequested: Bool { state.withLock { $0.isRequested } }

    /// - Parameter stop: What `Session.start` returned.
    package func attach(_ stop: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            state.stop = stop
            return state.isRequested
        }
        if isRequested { stop() }
    }

    /// Stops the cell, now or when it is attached.
    package func request() {
        let stop = state.withLock { state in
            state.isRequested = true
            return state.stop
        }
        stop?()
    }
}
