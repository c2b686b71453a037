import Synchronization

/// The variables that cells have declared, in the order of their first declaration.
@MainActor package final class CellVariables {
    package static let shared = CellVariables()

    private var readers: [String: (cell: Int, read: () -> Any)] = [:]
    private var cell = 0
    private var order: [String] = []
    /// Those that the running cell has come to declare.
    package private(set) var declaredNow: Set<String> = []

    /// - Parameter cell: its number.
    package func begin(_ cell: Int) {
        self.cell = cell
        declaredNow = []
    }

    func declare(_ name: String, _ read: @escaping () -> Any) {
        if readers.updateValue((cell, read), forKey: name) == nil { order.append(name) }
        declaredNow.insert(name)
    }

    /// Forgets what the running cell declared, and everything with `all`.
    package func forget(all: Bool) {
        let gone = all ? Set(order) : declaredNow
        order.removeAll { gone.contains($0) }
        for name in gone { readers[name] = nil }
    }

    /// Names, values as they are now, and the numbers of the cells that declared them.
    package var values: [(name: String, value: Any, cell: Int)] {
        order.compactMap { name in readers[name].map { (name, $0.read(), $0.cell) } }
    }
}
