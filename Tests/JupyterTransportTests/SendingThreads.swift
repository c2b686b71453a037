import ApusThreads
import JupyterProtocol

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
