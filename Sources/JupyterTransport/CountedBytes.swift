import CZeroMQ
import JupyterProtocol

/// Bytes in the hands of ZeroMQ, which lets go of them when the last subscriber has taken them, or is gone.
final class CountedBytes {
    private let bytes: UnsafeMutableRawBufferPointer
    private let backlog: SendBacklog
    private let weight: Int

    /// - Parameter weight: What they count for until then, in bytes.
    private init(copying frame: Frame, weight: Int, backlog: SendBacklog) {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: frame.count, alignment: 1)
        frame.withUnsafeBytes { bytes.copyMemory(from: $0) }
        self.bytes = bytes
        self.backlog = backlog
        self.weight = weight
        backlog.add(weight)
    }

    deinit {
        bytes.deallocate()
        backlog.remove(weight)
    }

    /// Makes `message` hold a copy of `frame`. What lets go of it is a thread of ZeroMQ, or whoever closes the message.
    static func fill(_ message: UnsafeMutablePointer<zmq_msg_t>, copying frame: Frame, weight: Int, backlog: SendBacklog) {
        let counted = CountedBytes(copying: frame, weight: weight, backlog: backlog)
        let hint = Unmanaged.passRetained(counted).toOpaque()
        zmq_msg_init_data(
            message, counted.bytes.baseAddress, counted.bytes.count, { _, hint in hint.map { Unmanaged<CountedBytes>.fromOpaque($0).release() } },
            hint)
    }
}
