import ApusThreads
import JupyterProtocol
import Synchronization

/// Publishes 2000 numbered messages from each of four threads at once; returns when all are posted.
func sendFromThreads(_ transport: any MessageTransport) {
    let threads = (0..<4).map { thread in
        Thread(name: "sender") {
            let factory = MessageFactory()
            for number in 0..<2000 {
                let content: [(String, Int)] = [("thread", thread), ("number", number)]
                transport.send(
                    factory.message("n", .init(content.map { ($0.0, .int($0.1)) }), parent: nil, identities: [[1]]), on: .iopub)
            }
        }
    }
    for thread in threads { thread.join() }
}

/// Sends shell messages to a client that does not exist, on a thread of its own and without a pause.
final class RestlessSender: Sendable {
    private let isStopped = Atomic(false)
    private let thread = Mutex<Thread?>(nil)

    init(_ transport: any MessageTransport) {
        let message = MessageFactory().message("n", [:], parent: nil, identities: [[1]])
        let sender = Thread(name: "sender") { [self] in
            while !isStopped.load(ordering: .relaxed) { transport.send(message, on: .shell) }
        }
        thread.withLock { $0 = sender }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        thread.withLock { $0 }?.join()
    }
}
