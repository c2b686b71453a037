import ApusThreads
import CZeroMQ
import Glibc
import JupyterProtocol
import Synchronization

/// A client's end of one channel, over a ZeroMQ socket of its own.
final class TestClient {
    private let context: UnsafeMutableRawPointer
    private let socket: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - kind: `ZMQ_DEALER`, `ZMQ_REQ` or `ZMQ_SUB` (which subscribes to `topic`).
    ///   - serverKey: the kernel's public key where the connection is encrypted.
    ///   - buffer: bytes that the system keeps for it; the socket itself then keeps one message.
    init(_ kind: Int32, to endpoint: String, topic: String = "", serverKey: String? = nil, buffer: Int32? = nil) {
        context = zmq_ctx_new()
        socket = zmq_socket(context, kind)
        zmq_setsockopt(socket, ZMQ_LINGER, [Int32(0)], 4)
        if let buffer {
            zmq_setsockopt(socket, ZMQ_RCVBUF, [buffer], 4)
            zmq_setsockopt(socket, ZMQ_RCVHWM, [Int32(1)], 4)
        }
        if let serverKey {
            var (publicKey, secretKey) = ([CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41))
            zmq_curve_keypair(&publicKey, &secretKey)
            zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, serverKey, 41)
            zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, publicKey, 41)
            zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secretKey, 41)
        }
        if kind == ZMQ_SUB { zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, topic.utf8.count) }
        zmq_connect(socket, endpoint)
    }

    deinit {
        zmq_close(socket)
        zmq_ctx_term(context)
    }

    func send(_ frames: [Frame]) {
        for (index, frame) in frames.enumerated() {
            _ = frame.withUnsafeBytes { zmq_send(socket, $0.baseAddress, $0.count, index + 1 < frames.count ? ZMQ_SNDMORE : 0) }
        }
    }

    /// The next message; nil when `timeout` milliseconds pass without one.
    func receive(timeout: Int32 = 5000) -> [Frame]? {
        zmq_setsockopt(socket, ZMQ_RCVTIMEO, [timeout], 4)
        var frames: [Frame] = []
        var more: Int32 = 1
        while more != 0 {
            var buffer = [UInt8](repeating: 0, count: 1 << 17)
            let count = zmq_recv(socket, &buffer, buffer.count, 0)
            guard count >= 0 else { return nil }
            frames.append(Frame(buffer[..<Int(count)]))
            var size = MemoryLayout<Int32>.size
            zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size)
        }
        return frames
    }
}

/// Keeps what a transport delivers, and answers every shell message with its content.
final class EchoReceiver: MessageReceiver {
    private let transport: any MessageTransport
    private let received = Mutex<[(message: Message, channel: Channel)]>([])
    private let subscriptions = Mutex<[Frame]>([])
    private let factory = MessageFactory()
    let arrival = Wakeup()

    init(_ transport: any MessageTransport) { self.transport = transport }

    var messages: [(message: Message, channel: Channel)] { received.withLock { $0 } }
    var topics: [Frame] { subscriptions.withLock { $0 } }

    func receive(_ message: Message, on channel: Channel) {
        received.withLock { $0.append((message, channel)) }
        transport.send(
            factory.message("echo", message.content, parent: message.header, identities: message.identities), on: channel)
    }

    func subscribed(to topic: Frame) {
        subscriptions.withLock { $0.append(topic) }
        transport.send(factory.message("iopub_welcome", [:], parent: nil, identities: [topic]), on: .iopub)
    }
}

/// A connection to free ports of the loopback address, or to sockets in the temporary folder, which go with the transport.
func makeConnection(ipc: Bool = false, key: String = "secret") throws -> ConnectionFile {
    var template = Array("/tmp/apus-transport-XXXXXX".utf8CString)
    mkdtemp(&template)
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = folder + "/kernel.json"
    let ports = ipc ? [1, 2, 3, 4, 5] : freePorts(5)
    let text = """
        {"transport":"\(ipc ? "ipc" : "tcp")","ip":"\(ipc ? folder : "127.0.0.1")","key":"\(key)","shell_port":\(ports[0]),\
        "iopub_port":\(ports[1]),"stdin_port":\(ports[2]),"control_port":\(ports[3]),"hb_port":\(ports[4])}
        """
    let file = fopen(path, "w")
    fputs(text, file)
    fclose(file)
    defer {
        unlink(path)
        rmdir(folder)
    }
    return try ConnectionFile(path: path)
}

private func freePorts(_ count: Int) -> [Int] {
    let sockets = (0..<count).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    defer { for descriptor in sockets { close(descriptor) } }
    return sockets.map { descriptor in
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                getsockname(descriptor, $0, &length)
            }
            return Int(UInt16(bigEndian: $0.pointee.sin_port))
        }
    }
}
