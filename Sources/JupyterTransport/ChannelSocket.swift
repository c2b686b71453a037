import ApusThreads
import Glibc
import JupyterProtocol
import Synchronization

/// One socket: every thread sends for itself, and a thread of the socket's own delivers what is received.
///
/// The lock around the socket is what ZeroMQ asks of threads that share one. A message thus leaves without a change of threads.
final class ChannelSocket: Sendable {
    private struct State: ~Copyable {
        var socket: ZMQSocket
        /// Whether the thread found nothing to receive, and waits for an event.
        var isReceiverAsleep = false
    }

    private let state: Mutex<State>
    /// Readable when something may have happened to the socket. ZeroMQ reports an event here once, to whoever uses the socket next.
    private let events: Int32
    private let socketPath: String?
    private let name: String
    /// Counts what is sent; nil where nobody asks.
    private let backlog: SendBacklog?
    /// Tells the thread of messages whose event a sender has met, and of the end.
    private let wakeup = Wakeup()
    private let isStopped = Atomic(false)
    private let thread = Mutex<Thread?>(nil)

    /// Opens and binds the socket. What is received waits in it until `listen`.
    ///
    /// - Parameter backlog: Counts what is sent until every receiver has taken it.
    init(
        _ kind: ZMQSocket.Kind, channel: Channel, connection: ConnectionFile, context: ZMQContext, backlog: SendBacklog? = nil
    ) throws(TransportError) {
        let socket = try ZMQSocket.open(kind, context: context, curve: connection.curve)
        try Self.bind(socket, channel: channel, connection: connection)
        events = socket.eventDescriptor
        socketPath = connection.socketPath(channel)
        name = "apus-\(channel.rawValue)"
        self.backlog = backlog
        state = Mutex(State(socket: socket))
    }

    /// Calls `handler` with each received message, on a thread of its own. To be called once.
    func listen(_ handler: @escaping @Sendable ([Frame]) -> Void) {
        thread.withLock { $0 = Thread(name: name) { [self] in deliver(to: handler) } }
    }

    /// Sends one message; drops it when the client or the socket is gone.
    func send(_ frames: [Frame]) {
        let mustWake = state.withLock { state in
            state.socket.send(frames, countedBy: backlog)
            guard state.isReceiverAsleep, state.socket.hasMessage else { return false }
            state.isReceiverAsleep = false
            return true
        }
        if mustWake { wakeup.signal() }
    }

    /// Ends the thread and closes the socket, which delivers what was sent before.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        wakeup.signal()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
        let wasOpen = state.withLock { $0.socket.close() }
        // ZeroMQ leaves the files of its sockets behind.
        if wasOpen, let socketPath { unlink(socketPath) }
    }

    private static func bind(_ socket: borrowing ZMQSocket, channel: Channel, connection: ConnectionFile) throws(TransportError) {
        let endpoint = connection.endpoint(channel)
        // ZeroMQ removes the socket file of a running kernel without asking.
        if let path = connection.socketPath(channel), isListening(path) {
            throw TransportError(endpoint: endpoint, reason: "Address already in use")
        }
        try socket.bind(endpoint)
    }

    private func deliver(to handler: ([Frame]) -> Void) {
        while !isStopped.load(ordering: .acquiring) {
            let frames = state.withLock { state in
                let frames = state.socket.receive()
                state.isReceiverAsleep = frames == nil
                return frames
            }
            if let frames {
                handler(frames)
            } else {
                var entries = [events, wakeup.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                poll(&entries, nfds_t(entries.count), -1)
                if entries[1].revents != 0 { wakeup.clear() }
            }
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
