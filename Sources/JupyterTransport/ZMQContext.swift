import CZeroMQ

/// The ZeroMQ context: its I/O thread and the sockets that use it.
final class ZMQContext: Sendable {
    /// Safe to share: the ZeroMQ manual guarantees that a context may be used by any number of threads at once.
    nonisolated(unsafe) let pointer: UnsafeMutableRawPointer

    /// - Throws: When there is no ZeroMQ library on this machine.
    init() throws(TransportError) {
        if let failure = czeromq_load() {
            let reason = String(cString: failure)
            throw TransportError(endpoint: "the sockets of a kernel", reason: "\(reason) (Debian and Ubuntu have it in the package libzmq5)")
        }
        pointer = zmq_ctx_new()!
    }

    /// Waits until every socket is closed and its linger time is over.
    deinit {
        while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
    }

    static var lastError: String { String(cString: zmq_strerror(zmq_errno())) }

    static var hasCurve: Bool { zmq_has("curve") == 1 }
}
