public import ApusSession

/// Questions about code, and cells that only read. The process answers, because it knows the workspace; where there is none, or it is too
/// busy to answer, the substitute does, with all it knows of the language.
extension ProcessSession {
    /// How long the process may take to answer before the substitute is heard.
    private static let patience: Duration = .milliseconds(500)
    /// How long it may take where the substitute knows nothing: it may have to ask elsewhere.
    private static let longPatience: Duration = .seconds(6)
    /// Bytes that the process has left unread from which on it is not asked any more.
    private static let congestion = 1 << 20

    public func complete(_ code: String, cursor: Int) async -> Completions {
        let command = { SessionCommand.complete(query: $0, code: code, cursor: cursor) }
        let found = await ask(command) { [substitute] in
            let known = await substitute.session.complete(code, cursor: cursor)
            return known.items.isEmpty ? nil : OpenQueries.Answer.completions(known)
        }
        if case .completions(let completions) = found { return completions }
        return Completions(items: [], start: cursor, end: cursor)
    }

    public func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle? {
        let command = { SessionCommand.inspect(query: $0, code: code, cursor: cursor, detail: detail) }
        let found = await ask(command) { [substitute] in
            let known = await substitute.session.inspect(code, cursor: cursor, detail: detail)
            return known.map { OpenQueries.Answer.inspection($0) }
        }
        if case .inspection(let bundle) = found { return bundle }
        return nil
    }

    /// Depends on the language alone.
    public func completeness(of code: String) async -> Completeness {
        await substitute.session.completeness(of: code)
    }

    public func runReadOnly(_ request: CellRequest) async -> FinishedCell? {
        guard let child = state.withLock({ $0.child }) else { return await substitute.session.runReadOnly(request) }
        if case .finished(let cell) = await ask(child, { .read(query: $0, request) }, substitute: { .finished(nil) }) { return cell }
        return state.withLock { $0.child } == nil ? await substitute.session.runReadOnly(request) : nil
    }

    /// Asks the process; where there is none, the substitute first, and a new process only when that knows nothing.
    ///
    /// - Parameter substitute: Nil when it knows nothing.
    private func ask(
        _ command: (Int) -> SessionCommand, substitute: @escaping @Sendable () async -> OpenQueries.Answer?
    ) async -> OpenQueries.Answer? {
        if let child = state.withLock({ $0.child }) {
            if let answer = await ask(child, command, substitute: substitute) { return answer }
            return await substitute()
        }
        if let answer = await substitute() { return answer }
        guard let child = childForQuestion() else { return nil }
        return await ask(child, command, substitute: substitute)
    }

    private func ask(
        _ child: SessionChild, _ command: (Int) -> SessionCommand, substitute: @escaping @Sendable () async -> OpenQueries.Answer?
    ) async -> OpenQueries.Answer? {
        guard child.sender.waitingBytes < Self.congestion else { return nil }
        let query = queries.open()
        guard child.send(command(query)) else { return nil }
        let timer = Task { [queries] in
            try await Task.sleep(for: Self.patience)
            if let known = await substitute() { return queries.answer(query, known) }
            try await Task.sleep(for: Self.longPatience - Self.patience)
            queries.answer(query, nil)
        }
        defer { timer.cancel() }
        return await queries.wait(for: query)
    }
}
