import ApusSession
import Synchronization

/// The questions that wait for their answers.
final class OpenQuestions: Sendable {
    private struct State {
        var last = 0
        var waiting: [Int: CheckedContinuation<String?, any Error>] = [:]
    }

    private let state = Mutex(State())
    private let report: @Sendable (SessionReport) -> Void

    init(report: @escaping @Sendable (SessionReport) -> Void) { self.report = report }

    /// The answer; nil when nobody can be asked.
    ///
    /// - Throws: `CancellationError` when the asking task is cancelled.
    func ask(cell: Int, prompt: String, isPassword: Bool) async throws -> String? {
        let question = state.withLock { state in
            state.last += 1
            return state.last
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { $0.waiting[question] = continuation }
                report(.ask(cell: cell, question: question, prompt: prompt, isPassword: isPassword))
                // The cancellation handler may have run before there was something to cancel.
                if Task.isCancelled { withdraw(question, cell) }
            }
        } onCancel: {
            withdraw(question, cell)
        }
    }

    func answer(_ question: Int, _ text: String?) {
        state.withLock { $0.waiting.removeValue(forKey: question) }?.resume(returning: text)
    }

    private func withdraw(_ question: Int, _ cell: Int) {
        guard let continuation = state.withLock({ $0.waiting.removeValue(forKey: question) }) else { return }
        report(.withdraw(cell: cell, question: question))
        continuation.resume(throwing: CancellationError())
    }
}
