import CZeroMQ
import JupyterProtocol

/// A ZeroMQ socket, closed with its owner. One thread at a time may use it.
struct ZMQSocket: ~Copyable {
    enum Kind {
        /// Replies find their way back by the identity frames in front of the request.
        case router
        /// The same for whatever is sent straight back.
        case echo
        /// Sends to all subscribers and sees every subscription, also one that another client has already.
        case publisher
    }

    /// Nil once it is closed; ZeroMQ then refuses every call.
    private var pointer: UnsafeMutableRawPointer?
    private var context: ZMQContext?

    /// How long, in milliseconds, queued messages may still be delivered after the close.
    static let linger: Int32 = 500
    /// In bytes: larger frames are refused, as nothing a front end sends comes near. Pings and subscriptions are not signed, so
    /// that anybody may send them: these are kept small.
    private static func maximumFrame(_ kind: Kind) -> Int64 { kind == .router ? 256 << 20 : 64 << 10 }

    private init(pointer: UnsafeMutableRawPointer, context: ZMQContext) {
        self.pointer = pointer
        self.context = context
    }

    static func open(_ kind: Kind, context: ZMQContext, curve: ConnectionFile.CurveKeys?) throws(TransportError) -> ZMQSocket {
        guard let pointer = zmq_socket(context.pointer, kind == .publisher ? ZMQ_XPUB : ZMQ_ROUTER) else {
            throw TransportError(endpoint: "a socket", reason: ZMQContext.lastError)
        }
        let socket = ZMQSocket(pointer: pointer, context: context)
        socket.set(ZMQ_LINGER, linger)
        // A slow reader must not lose output: queues towards clients are not cut off; see `SendBacklog` for what bounds them. Pings that
        // nobody reads may be lost.
        if kind != .echo { socket.set(ZMQ_SNDHWM, 0) }
        socket.noticeLostHosts()
        socket.set(ZMQ_IPV6, 1)
        zmq_setsockopt(pointer, ZMQ_MAXMSGSIZE, [maximumFrame(kind)], MemoryLayout<Int64>.size)
        switch kind {
        // A client that reconnects under its identity takes over from its dead connection.
        case .router, .echo: socket.set(ZMQ_ROUTER_HANDOVER, 1)
        case .publisher: socket.set(ZMQ_XPUB_VERBOSE, 1)
        }
        if let curve { try socket.encrypt(with: curve.secretKey) }
        return socket
    }

    /// Lets go of clients whose machine has vanished without a word, and with them of what is queued for them: after six minutes where the
    /// connection is idle; where it is not, the system gives up by itself. Heartbeats of ZeroMQ's own (`ZMQ_HEARTBEAT_IVL`) would also
    /// disconnect a client that merely pauses.
    private func noticeLostHosts() {
        set(ZMQ_TCP_KEEPALIVE, 1)
        set(ZMQ_TCP_KEEPALIVE_IDLE, 120)
        set(ZMQ_TCP_KEEPALIVE_INTVL, 30)
        set(ZMQ_TCP_KEEPALIVE_CNT, 8)
    }

    private func encrypt(with secretKey: String) throws(TransportError) {
        guard ZMQContext.hasCurve else {
            throw TransportError(endpoint: "an encrypted socket", reason: "this libzmq was built without CURVE")
        }
        set(ZMQ_CURVE_SERVER, 1)
        guard zmq_setsockopt(pointer, ZMQ_CURVE_SECRETKEY, secretKey, secretKey.utf8.count + 1) == 0 else {
            throw TransportError(endpoint: "an encrypted socket", reason: "curve_secretkey is not a key")
        }
    }

    /// Sends what is queued, within the linger time, and lets go of the address. False when it was closed before.
    @discardableResult
    mutating func close() -> Bool {
        guard let pointer else { return false }
        zmq_close(pointer)
        self.pointer = nil
        context = nil
        return true
    }

    deinit {
        if let pointer { zmq_close(pointer) }
    }

    private func set(_ option: Int32, _ value: Int32) {
        zmq_setsockopt(pointer, option, [value], MemoryLayout<Int32>.size)
    }

    func bind(_ endpoint: String) throws(TransportError) {
        guard zmq_bind(pointer, endpoint) == 0 else { throw TransportError(endpoint: endpoint, reason: ZMQContext.lastError) }
    }

    /// Sends all frames as one message; drops it when the client is gone.
    ///
    /// - Parameter backlog: Counts the message until every receiver has taken it.
    func send(_ frames: [Frame], countedBy backlog: SendBacklog? = nil) {
        for (index, frame) in frames.enumerated() {
            let isLast = index + 1 == frames.count
            let sent =
                if isLast, let backlog { send(frame, weight: Self.weight(of: frames), countedBy: backlog) } else { send(frame, isLast: isLast) }
            // Only the first frame can fail (no such client); the rest of a begun message always follows.
            if sent < 0, index == 0 { return }
        }
    }

    private func send(_ frame: Frame, isLast: Bool) -> Int32 {
        let flags = isLast ? ZMQ_DONTWAIT : ZMQ_SNDMORE | ZMQ_DONTWAIT
        return frame.withUnsafeBytes { bytes in Self.untilDone { zmq_send(pointer, bytes.baseAddress, bytes.count, flags) } }
    }

    /// Sends the last frame of a message. The frames before it are let go of before it is.
    private func send(_ frame: Frame, weight: Int, countedBy backlog: SendBacklog) -> Int32 {
        var message = zmq_msg_t()
        return withUnsafeMutablePointer(to: &message) { message in
            CountedBytes.fill(message, copying: frame, weight: weight, backlog: backlog)
            let sent = Self.untilDone { zmq_msg_send(message, pointer, ZMQ_DONTWAIT) }
            if sent < 0 { zmq_msg_close(message) }
            return sent
        }
    }

    /// What a queued frame takes in memory beside its bytes: the library's own structure, and what an allocation costs.
    private static let frameOverhead = 128

    private static func weight(of frames: [Frame]) -> Int { frames.reduce(0) { $0 + $1.count + frameOverhead } }

    private static func untilDone(_ call: () -> Int32) -> Int32 {
        var result = call()
        while result < 0, zmq_errno() == EINTR { result = call() }
        return result
    }

    /// The next message, all its frames; nil when none is there.
    func receive() -> [Frame]? {
        var message = zmq_msg_t()
        // One address for all calls: the bytes of a short frame are inside the structure.
        return withUnsafeMutablePointer(to: &message) { message in
            var frames: [Frame] = []
            while true {
                zmq_msg_init(message)
                defer { zmq_msg_close(message) }
                guard zmq_msg_recv(message, pointer, frames.isEmpty ? ZMQ_DONTWAIT : 0) >= 0 else {
                    if zmq_errno() == EINTR { continue }
                    return nil
                }
                frames.append(Frame(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message))))
                if zmq_msg_more(message) == 0 { return frames }
            }
        }
    }

    /// Readable when the socket has something to do (`ZMQ_FD`). It says so only once, and any use of the socket may be what it told of:
    /// whoever waits here has to have called `receive()`, and to hear of what later calls met.
    var eventDescriptor: Int32 { integer(ZMQ_FD) }

    /// Whether `receive()` would find a message.
    var hasMessage: Bool { integer(ZMQ_EVENTS) & ZMQ_POLLIN != 0 }

    private func integer(_ option: Int32) -> Int32 {
        var value: Int32 = 0
        var size = MemoryLayout<Int32>.size
        zmq_getsockopt(pointer, option, &value, &size)
        return value
    }
}
