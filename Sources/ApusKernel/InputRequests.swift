import JupyterProtocol
import Synchronization

/// The questions of cells that wait for an answer on the stdin channel.
final class InputRequests: Sendable {
    private struct Pending {
        let id: String
        /// The execute request of the cell that asks.
        let cell: MessageHeader
        let identities: [Frame]
        let continuation: CheckedContinuation<String, any Error>
    }

    private let publisher: Publisher
    private let pending = Mutex<[Pending]>([])

    init(publisher: Publisher) { self.publisher = publisher }

    /// Asks the client that sent `request`, and no other; waits for its answer.
    ///
    /// - Throws: `CancellationError` when the cell is interrupted or ends.
    func ask(_ question: InputRequest, for request: Request) async throws -> String {
        let identities = request.message.identities
        let message = publisher.factory.message(InputRequest.type, question.json, parent: request.header, identities: identities)
        let id = message.header.id
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                pending.withLock {
                    $0.append(Pending(id: id, cell: request.header, identities: identities, continuation: continuation))
                }
                publisher.transport.send(message, on: .stdin)
                // The cancellation handler may have run before there was something to cancel.
                if Task.isCancelled { cancel { $0.id == id } }
            }
        } onCancel: {
            cancel { $0.id == id }
        }
    }

    /// Takes an `input_reply`. One that nobody waits for, from another client or for an earlier question, is ignored.
    func receive(_ message: Message) {
        guard message.header.type == "input_reply", let reply = try? InputReply(message.content) else { return }
        let parent = message.parentID
        let answered: Pending? = pending.withLock { pending in
            let index = pending.firstIndex { question in
                guard question.identities == message.identities else { return false }
                // jupyter_client answers without a parent; JupyterLab names the question, others the cell.
                return parent == nil || parent == question.id || parent == question.cell.id
            }
            return index.map { pending.remove(at: $0) }
        }
        answered?.continuation.resume(returning: reply.value)
    }

    /// Ends all questions of a cell.
    func cancel(cell: MessageHeader) { cancel { $0.cell.id == cell.id } }

    private func cancel(where matches: (Pending) -> Bool) {
        let cancelled = pending.withLock { pending in
            let cancelled = pending.filter(matches)
            pending.removeAll(where: matches)
            return cancelled
        }
        for question in cancelled { question.continuation.resume(throwing: CancellationError()) }
    }
}
