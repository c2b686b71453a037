import ApusSession
import Synchronization

/// One cell in the front, from the moment it is asked for until its reply.
final class CellRun: Sendable {
    private struct State {
        var continuation: CheckedContinuation<CellReply, Never>?
        /// Whether it shall stop: that may come before there is anything to stop.
        var isCancelled = false
        /// Whether a process has it; false as well when the process was found dead.
        var isSent = false
        var questions: [Int: Task<Void, Never>] = [:]
        var hasEnded = false
    }

    let number: Int
    let request: CellRequest
    let client: any SessionClient
    private let state = Mutex(State())

    init(number: Int, request: CellRequest, client: any SessionClient) {
        self.number = number
        self.request = request
        self.client = client
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    func cancel() { state.withLock { $0.isCancelled = true } }

    var isSent: Bool { state.withLock { $0.isSent } }
    func noteSent(_ isSent: Bool) { state.withLock { $0.isSent = isSent } }

    func begin(_ continuation: CheckedContinuation<CellReply, Never>) { state.withLock { $0.continuation = continuation } }

    /// Gives the reply to whoever waits; open questions are withdrawn. Only the first reply counts.
    func finish(_ reply: CellReply) {
        let (continuation, questions) = state.withLock { state in
            defer {
                state.continuation = nil
                state.questions = [:]
                state.hasEnded = true
            }
            return (state.continuation, state.questions)
        }
        for question in questions.values { question.cancel() }
        continuation?.resume(returning: reply)
    }

    // MARK: Questions

    var questionCount: Int { state.withLock { $0.questions.count } }

    /// Asks the client, and hands the answer on: nil when nobody can be asked.
    func ask(_ question: Int, _ prompt: String, isPassword: Bool, answer: @escaping @Sendable (String?) -> Void) {
        state.withLock { state in
            guard !state.hasEnded else { return }
            state.questions[question] = Task {
                // Whatever the reason, there is no answer; a cell that was interrupted knows so itself.
                let text = try? await client.requestInput(prompt: prompt, isPassword: isPassword)
                guard self.state.withLock({ $0.questions.removeValue(forKey: question) }) != nil else { return }
                answer(text)
            }
        }
    }

    func withdraw(_ question: Int) { state.withLock { $0.questions.removeValue(forKey: question) }?.cancel() }
}
