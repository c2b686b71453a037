import Synchronization

/// The variables that cells have declared, in the order of their first declaration.
@MainActor package final class CellVariables {
    package static let shared = CellVariables()

    private var readers: [String: () -> Any] = [:]
    private var order: [String] = []
    /// Those that the running cell has come to declare.
    package private(set) var declaredNow: Set<String> = []

    package func beginCell() { declaredNow = [] }

    func declare(_ name: String, _ read: @escaping () -> Any) {
        if readers.updateValue(read, forKey: name) == nil { order.append(name) }
        declaredNow.insert(name)
    }

    /// Forgets what the running cell declared, and everything with `all`.
    package func forget(all: Bool) {
        let gone = all ? Set(order) : declaredNow
        order.removeAll { gone.contains($0) }
        for name in gone { readers[name] = nil }
    }

    /// Names and values as they are now.
    package var values: [(name: String, value: Any)] {
        order.compactMap { name in readers[name].map { (name, $0()) } }
    }
}
