import ApusThreads
import Glibc
import JupyterProtocol
import Synchronization

/// One socket and the thread that owns it: other threads post messages to send, received ones go to a handler on the thread.
final class SocketThread: Sendable {
    private enum Work: Sendable {
        case send([Frame])
        case listen(@Sendable ([Frame]) -> Void)
        case stop
    }

    private let mailbox: Mailbox<Work>
    private let thread: Thread

    /// Opens and binds the socket on its thread; returns when that is done.
    init(
        _ kind: ZMQSocket.Kind, channel: Channel, connection: ConnectionFile, context: ZMQContext
    ) throws(TransportError) {
        let mailbox = Mailbox<Work>()
        let opened = Wakeup()
        let outcome = Mutex<TransportError?>(nil)
        // The box lets the closure share the mutex, which cannot be copied.
        let failure = Box(outcome)
        thread = Thread(name: "apus-\(channel.rawValue)") {
            do throws(TransportError) {
                let socket = try ZMQSocket.open(kind, context: context, curve: connection.curve)
                try Self.bind(socket, channel: channel, connection: connection)
                opened.signal()
                Self.run(socket, mailbox: mailbox)
                // ZeroMQ leaves the files of its sockets behind.
                if let path = connection.socketPath(channel) { unlink(path) }
            } catch {
                failure.value.withLock { $0 = error }
                opened.signal()
            }
        }
        self.mailbox = mailbox
        opened.wait()
        if let error = failure.value.withLock({ $0 }) {
            thread.join()
            throw error
        }
    }

    private final class Box: Sendable {
        let value: Mutex<TransportError?>
        init(_ value: consuming Mutex<TransportError?>) { self.value = value }
    }

    /// Delivers received messages from now on; until then they wait in the socket.
    func listen(_ handler: @escaping @Sendable ([Frame]) -> Void) { mailbox.post(.listen(handler)) }

    func send(_ frames: [Frame]) { mailbox.post(.send(frames)) }

    /// Sends what was posted before, then closes the socket and ends the thread.
    func stop() {
        mailbox.post(.stop)
        thread.join()
    }

    private static func bind(_ socket: borrowing ZMQSocket, channel: Channel, connection: ConnectionFile) throws(TransportError) {
        let endpoint = connection.endpoint(channel)
        // ZeroMQ removes the socket file of a running kernel without asking.
        if let path = connection.socketPath(channel), isListening(path) {
            throw TransportError(endpoint: endpoint, reason: "Address already in use")
        }
        try socket.bind(endpoint)
    }

    private static func run(_ socket: borrowing ZMQSocket, mailbox: Mailbox<Work>) {
        var handler: (@Sendable ([Frame]) -> Void)?
        while true {
            for work in mailbox.take() {
                switch work {
                case .send(let frames): socket.send(frames)
                case .listen(let listener): handler = listener
                case .stop: return
                }
            }
            if let handler, let frames = socket.receive() {
                handler(frames)
                continue
            }
            guard mailbox.mayOwnerSleep() else { continue }
            if handler == nil { mailbox.wakeup.wait() } else { socket.wait(orReadable: mailbox.wakeup.descriptor) }
            mailbox.ownerWoke()
        }
    }
}

/// Whether somebody accepts connections on a Unix socket.
private func isListening(_ path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
        guard path.utf8.count < field.count else { return false }
        field.copyBytes(from: path.utf8)
        return true
    }
    guard fits else { return false }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 }
    }
}
