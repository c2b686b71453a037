import CZeroMQ

/// The ZeroMQ context: its I/O thread and the sockets that use it.
final class ZMQContext: Sendable {
    /// Safe to share: the ZeroMQ manual guarantees that a context may be used by any number of threads at once.
    nonisolated(unsafe) let pointer: UnsafeMutableRawPointer

    init() {
        pointer = zmq_ctx_new()!
    }

    /// Waits until every socket is closed and its linger time is over.
    deinit {
        while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
    }

    static var lastError: String { String(cString: zmq_strerror(zmq_errno())) }

    static var hasCurve: Bool { zmq_has("curve") == 1 }
}
