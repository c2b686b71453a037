import ApusSession
import CSwiftCells

// What the rewriting of cells puts into their code. Not to be called by hand.

/// Shows the value of a cell's last expression.
@MainActor public func apusShow<Value>(_ value: Value) {
    guard Value.self != Void.self, let cell = CellHost.shared.cell else { return }
    cell.out.result(MIMEBundle(showing: value))
}

/// Makes a variable known to the session.
@MainActor public func apusDeclare<Value>(_ name: String, _ read: @escaping @MainActor () -> Value) {
    CellVariables.shared.declare(name, read)
}

/// Makes known that a variable has its value, where that cannot be read.
@MainActor public func apusReach(_ name: String) {
    CellVariables.shared.reach(name)
}

/// Runs a task on the main actor and waits for its end; other tasks go on meanwhile.
@MainActor public func apusWait<Value>(_ body: @escaping @MainActor () async throws -> Value) throws -> Value {
    try wait(body).get()
}

@MainActor public func apusWait<Value>(_ body: @escaping @MainActor () async -> Value) -> Value {
    switch wait({ () async throws -> Value in await body() }) {
    case .success(let value): value
    case .failure(let error): fatalError("\(error)")
    }
}

@MainActor private func wait<Value>(_ body: @escaping @MainActor () async throws -> Value) -> Result<Value, any Error> {
    let box = ResultBox<Value>()
    let task = Task { @MainActor in
        do { box.result = .success(try await body()) } catch { box.result = .failure(error) }
    }
    CellHost.shared.wait { task.cancel() }
    cswiftcells_set_in_task(1)
    MainThread.drain { box.result != nil }
    cswiftcells_set_in_task(0)
    CellHost.shared.wait(cancelling: nil)
    return box.result!
}

@MainActor private final class ResultBox<Value> {
    var result: Result<Value, any Error>?
}
