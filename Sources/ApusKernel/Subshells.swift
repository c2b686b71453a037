import Synchronization

/// The subshells of a kernel: the main one, and those that clients have made.
final class Subshells: Sendable {
    private struct State {
        var made: [String: Subshell] = [:]
        /// In the order of their making.
        var order: [String] = []
        var lastNumber = 0
        var isClosed = false
    }

    /// A client that makes them and forgets them must not cost memory without end. JupyterLab makes one for each kind of widget.
    private static let most = 1000

    let main: Subshell
    /// Begins the ids, so that a client does not mistake a subshell for one of the kernel before a restart.
    private let idPrefix: String
    private let make: @Sendable () -> Subshell
    private let state = Mutex(State())

    /// - Parameter make: Makes a subshell beside the main one.
    init(main: Subshell, idPrefix: String, make: @escaping @Sendable () -> Subshell) {
        self.main = main
        self.idPrefix = idPrefix
        self.make = make
    }

    /// The subshell of that id, the main one for nil; nil when there is none.
    func find(_ id: String?) -> Subshell? {
        guard let id else { return main }
        return state.withLock { $0.made[id] }
    }

    var ids: [String] { state.withLock { $0.order } }

    /// The id of a new subshell; nil when there are too many, or the kernel is closed.
    func create() -> String? {
        state.withLock { state in
            guard !state.isClosed, state.made.count < Self.most else { return nil }
            state.lastNumber += 1
            let id = "\(idPrefix)-\(state.lastNumber)"
            state.made[id] = make()
            state.order.append(id)
            return id
        }
    }

    /// Stops what runs in the subshell, aborts what waits in it, and forgets it; false when there is none of that id.
    func delete(_ id: String) -> Bool {
        let deleted = state.withLock { state in
            state.order.removeAll { $0 == id }
            return state.made.removeValue(forKey: id)
        }
        deleted?.cells.close()
        return deleted != nil
    }

    /// Stops the running cell of every subshell, and aborts those behind it.
    func interrupt() {
        for subshell in all { subshell.cells.interrupt() }
    }

    /// Interrupts, and runs nothing any more.
    func close() {
        state.withLock { $0.isClosed = true }
        for subshell in all { subshell.cells.close() }
    }

    private var all: [Subshell] { [main] + state.withLock { Array($0.made.values) } }
}
