import ApusSession
import Synchronization

/// One cell in the front, from the moment it is asked for until its reply.
final class CellRun: Sendable {
    private struct State {
        /// Whether it shall stop: that may come before there is anything to stop.
        var isCancelled = false
        /// Whether a process has it; false as well when the process was found dead.
        var isSent = false
        /// Those that the client has not come back from.
        var questions: [Int: Task<Void, Never>] = [:]
        /// Those whose answer nobody wants any more.
        var withdrawn: Set<Int> = []
        var hasEnded = false
    }

    let number: Int
    let request: CellRequest
    let client: any SessionClient
    private let completion: @Sendable (CellReply) -> Void
    private let state = Mutex(State())

    /// - Parameter completion: Called once, with the reply.
    init(number: Int, request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void) {
        self.number = number
        self.request = request
        self.client = client
        self.completion = completion
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    func cancel() { state.withLock { $0.isCancelled = true } }

    var isSent: Bool { state.withLock { $0.isSent } }
    func noteSent(_ isSent: Bool) { state.withLock { $0.isSent = isSent } }

    /// Gives the reply to whoever waits. Open questions are withdrawn, and the client comes back from them before: it may have to put a
    /// terminal in order. Only the first reply counts.
    func finish(_ reply: CellReply) {
        let questions = state.withLock { state -> [Task<Void, Never>]? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return Array(state.questions.values)
        }
        guard let questions else { return }
        for question in questions { question.cancel() }
        if questions.isEmpty { return completion(reply) }
        Task { [completion] in
            for question in questions { await question.value }
            completion(reply)
        }
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
                let isWanted = self.state.withLock { state in
                    state.questions[question] = nil
                    return state.withdrawn.remove(question) == nil && !state.hasEnded
                }
                if isWanted { answer(text) }
            }
        }
    }

    func withdraw(_ question: Int) {
        let task = state.withLock { state in
            if state.questions[question] != nil { state.withdrawn.insert(question) }
            return state.questions[question]
        }
        task?.cancel()
    }
}
