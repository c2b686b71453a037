import JupyterProtocol
import Synchronization

/// The cells that run, in all subshells and beside them: what the kernel's status says.
///
/// Everything that publishes idle does it here: while a cell still runs, busy follows for that cell, so that clients that look at the last
/// status only (the indicator of JupyterLab, the culler of jupyter_server) do not take the kernel for idle.
final class BusyCells: Sendable {
    private let publisher: Publisher
    /// The execute requests of the running cells.
    private let running = Mutex<[MessageHeader]>([])

    init(publisher: Publisher) { self.publisher = publisher }

    /// Publishes busy for a cell, and the messages that go with it.
    func begin(_ cell: MessageHeader, with messages: [OutgoingMessage]) {
        running.withLock { running in
            running.append(cell)
            publisher.transport.send([publisher.output(StatusOutput(.busy), parent: cell)] + messages)
        }
    }

    /// Sends the last messages of a cell, and idle for it.
    func end(_ cell: MessageHeader, with messages: [OutgoingMessage]) {
        running.withLock { running in
            running.removeAll { $0.id == cell.id }
            publisher.transport.send(messages + idle(cell, running))
        }
    }

    /// Publishes idle for a request that is no cell.
    func publishIdle(_ parent: MessageHeader) {
        running.withLock { publisher.transport.send(idle(parent, $0)) }
    }

    /// How many cells run.
    var count: Int { running.withLock { $0.count } }

    private func idle(_ parent: MessageHeader, _ running: [MessageHeader]) -> [OutgoingMessage] {
        let idle = publisher.output(StatusOutput(.idle), parent: parent)
        guard let cell = running.first else { return [idle] }
        return [idle, publisher.output(StatusOutput(.busy), parent: cell)]
    }
}
