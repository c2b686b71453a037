import ApusSession
import Synchronization

/// A session whose cells have ended when `start` returns, except for the first one.
final class InstantSession: Session {
    private typealias Completion = @Sendable (CellReply) -> Void

    private struct State {
        var hasStarted = false
        var first: Completion?
    }

    let language = LanguageInfo.swift
    private let state = Mutex(State())

    func start(
        _ request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void
    ) -> @Sendable () -> Void {
        let isFirst = state.withLock { state in
            defer { state.hasStarted = true }
            if !state.hasStarted { state.first = completion }
            return !state.hasStarted
        }
        if !isFirst { completion(CellReply(.ok)) }
        return {}
    }

    func endFirst() { state.withLock { $0.first }?(CellReply(.ok)) }

    func interrupt() {}
    func complete(_ code: String, cursor: Int) async -> Completions { Completions(items: [], start: cursor, end: cursor) }
    func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle? { nil }
    func completeness(of code: String) async -> Completeness { .unknown }
    func close() async {}
}
