import Synchronization

/// The variables that cells have declared, in the order of their first declaration.
@MainActor package final class CellVariables {
    package static let shared = CellVariables()

    private struct Table {
        var readers: [String: (cell: Int, read: () -> Any)] = [:]
        var order: [String] = []
    }

    private var table = Table()
    /// As it was before the running cell.
    private var before = Table()
    private var cell = 0
    /// The variables of the running cell that have their values.
    package private(set) var reached: Set<String> = []

    /// - Parameter cell: its number.
    package func begin(_ cell: Int) {
        self.cell = cell
        reached = []
        before = table
    }

    func declare(_ name: String, _ read: @escaping () -> Any) {
        if table.readers.updateValue((cell, read), forKey: name) == nil { table.order.append(name) }
        reached.insert(name)
    }

    /// For a variable that cannot be read.
    func reach(_ name: String) {
        if table.readers.removeValue(forKey: name) != nil { table.order.removeAll { $0 == name } }
        reached.insert(name)
    }

    /// Forgets what the running cell declared.
    package func undo() { table = before }

    package func forget() { (table, before) = (Table(), Table()) }

    /// Names, values as they are now, and the numbers of the cells that declared them.
    package var values: [(name: String, value: Any, cell: Int)] {
        table.order.compactMap { name in table.readers[name].map { (name, $0.read(), $0.cell) } }
    }
}
