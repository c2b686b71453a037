import ApusSession
import Synchronization

/// The questions about code that wait for the session process.
final class OpenQueries: Sendable {
    enum Answer: Sendable {
        case completions(Completions)
        case inspection(MIMEBundle?)
        case finished(FinishedCell?)
    }

    private enum Query {
        case open
        case waiting(CheckedContinuation<Answer?, Never>)
        /// Answered before anybody waited.
        case answered(Answer?)
    }

    private struct State {
        var last = 0
        var queries: [Int: Query] = [:]
    }

    private let state = Mutex(State())

    /// The number of a new query.
    func open() -> Int {
        state.withLock { state in
            state.last += 1
            state.queries[state.last] = .open
            return state.last
        }
    }

    /// Nil when nobody answered.
    func wait(for query: Int) async -> Answer? {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Answer?? in
                guard case .answered(let answer) = state.queries[query] else {
                    state.queries[query] = .waiting(continuation)
                    return nil
                }
                state.queries[query] = nil
                return .some(answer)
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Only the first answer counts; one that nobody has asked for is ignored.
    func answer(_ query: Int, _ answer: Answer?) {
        let continuation = state.withLock { state -> CheckedContinuation<Answer?, Never>? in
            switch state.queries[query] {
            case .waiting(let continuation):
                state.queries[query] = nil
                return continuation
            case .open: state.queries[query] = .answered(answer)
            case .answered, nil: break
            }
            return nil
        }
        continuation?.resume(returning: answer)
    }

    /// Nobody will answer what is open.
    func answerAll() {
        for query in state.withLock({ Array($0.queries.keys) }) { answer(query, nil) }
    }
}
