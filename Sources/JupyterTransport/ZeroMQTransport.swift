public import JupyterProtocol

/// The five sockets of a kernel over ZeroMQ, each on a thread of its own, so that none waits for another.
public final class ZeroMQTransport: MessageTransport {
    private let codec: MessageCodec
    public let backlog: SendBacklog
    private let drops: DropLog
    private let heartbeat: ChannelSocket
    private let shell: ChannelSocket
    private let control: ChannelSocket
    private let stdin: ChannelSocket
    private let iopub: ChannelSocket

    /// In bytes; subscriptions to longer ones work, but are not welcomed.
    private static let longestTopic = 4096

    /// Binds all sockets, to the address in the connection file only. Nothing is received before `start`.
    ///
    /// - Parameter backlog: Bytes that may be on their way to subscribers before cells wait.
    public init(_ connection: ConnectionFile, backlog limit: Int = SendBacklog.standardLimit) throws(TransportError) {
        let context = try ZMQContext()
        let log = StandardError()
        codec = MessageCodec(key: connection.key)
        drops = DropLog(log)
        backlog = SendBacklog(limit: limit) { bytes in
            log.write("apus: outputs wait, because a subscriber has not read for a while: \(bytes >> 20) MB are queued for it\n")
        }
        var opened: [ChannelSocket] = []
        do throws(TransportError) {
            for channel in [Channel.heartbeat, .shell, .control, .stdin, .iopub] {
                let kind: ZMQSocket.Kind = channel == .iopub ? .publisher : channel == .heartbeat ? .echo : .router
                opened.append(
                    try ChannelSocket(
                        kind, channel: channel, connection: connection, context: context, backlog: channel == .iopub ? backlog : nil))
            }
        } catch {
            for socket in opened { socket.stop() }
            throw error
        }
        heartbeat = opened[0]
        shell = opened[1]
        control = opened[2]
        stdin = opened[3]
        iopub = opened[4]
    }

    /// Messages that were not answered because they were malformed, unsigned or repeated.
    public var droppedMessages: Int { drops.total }

    /// Begins to receive.
    public func start(_ receiver: any MessageReceiver) {
        heartbeat.listen { [heartbeat] frames in heartbeat.send(frames) }
        iopub.listen { frames in
            // A subscription is 1 and the topic, its end 0 and the topic; anything else is not for us.
            // The frame is not signed, so it is believed only as long as topics are.
            guard let frame = frames.first, frames.count == 1, frame.first == 1, frame.count <= Self.longestTopic else { return }
            receiver.subscribed(to: Frame(frame.dropFirst()))
        }
        for (channel, socket) in [(Channel.shell, shell), (.control, control), (.stdin, stdin)] {
            socket.listen { [codec, drops] frames in
                do throws(WireError) {
                    receiver.receive(try codec.decode(frames), on: channel)
                } catch {
                    drops.drop("\(error) (\(channel.rawValue))")
                }
            }
        }
    }

    /// The first `send` wakes ZeroMQ's thread; what follows closely then leaves with it, so everything is encoded before.
    public func send(_ messages: [OutgoingMessage]) {
        let encoded = messages.map { (socket($0.channel), codec.encode($0.message)) }
        for (socket, frames) in encoded { socket.send(frames) }
    }

    private func socket(_ channel: Channel) -> ChannelSocket {
        switch channel {
        case .shell: shell
        case .iopub: iopub
        case .stdin: stdin
        case .control: control
        case .heartbeat: heartbeat
        }
    }

    /// Delivers what is queued, half a second at most, and closes everything: the ports are free when this returns.
    public func close() {
        for socket in [shell, control, stdin, heartbeat, iopub] { socket.stop() }
    }

    deinit { close() }
}
