public import ApusSession

/// Questions about code, and cells that only read. The process answers, because it knows the workspace; where there is none, or it is too busy to answer, the
/// substitute does, with all it knows of the language.
extension ProcessSession {
    /// How long the process may take.
    private static let patience: Duration = .milliseconds(500)
    /// Bytes that the process has left unread from which on it is not asked any more.
    private static let congestion = 1 << 20

    public func complete(_ code: String, cursor: Int) async -> Completions {
        if case .completions(let found) = await ask({ .complete(query: $0, code: code, cursor: cursor) }) { return found }
        return await substitute.session.complete(code, cursor: cursor)
    }

    public func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle? {
        if case .inspection(let found) = await ask({ .inspect(query: $0, code: code, cursor: cursor, detail: detail) }) { return found }
        return await substitute.session.inspect(code, cursor: cursor, detail: detail)
    }

    /// Depends on the language alone.
    public func completeness(of code: String) async -> Completeness {
        await substitute.session.completeness(of: code)
    }

    public func runReadOnly(_ request: CellRequest) async -> FinishedCell? {
        if case .finished(let cell) = await ask({ .read(query: $0, request) }) { return cell }
        return state.withLock { $0.child } == nil ? await substitute.session.runReadOnly(request) : nil
    }

    private func ask(_ command: (Int) -> SessionCommand) async -> OpenQueries.Answer? {
        guard let child = state.withLock({ $0.child }), child.sender.waitingBytes < Self.congestion else { return nil }
        let query = queries.open()
        guard child.send(command(query)) else { return nil }
        let timer = Task { [queries] in
            try await Task.sleep(for: Self.patience)
            queries.answer(query, nil)
        }
        defer { timer.cancel() }
        return await queries.wait(for: query)
    }
}
