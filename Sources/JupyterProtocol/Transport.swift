/// Carries messages to front ends. Conformers: ZeroMQ sockets, and a recorder in tests.
public protocol MessageTransport: Sendable {
    /// Queues messages that belong together, so that they may leave together; never blocks. Callable from any thread; messages on one
    /// channel leave in the order of the calls.
    func send(_ messages: [OutgoingMessage])

    /// What was sent on iopub and not yet taken.
    var backlog: SendBacklog { get }
}

extension MessageTransport {
    /// Queues one message.
    public func send(_ message: Message, on channel: Channel) { send([OutgoingMessage(message, on: channel)]) }
}

/// A message and the channel on which it leaves.
public struct OutgoingMessage: Sendable {
    public var message: Message
    public var channel: Channel

    public init(_ message: Message, on channel: Channel) {
        self.message = message
        self.channel = channel
    }
}

/// Takes the messages that a transport verified and decoded.
public protocol MessageReceiver: Sendable {
    /// Called on a thread of the channel, one message at a time; must not wait for cells.
    func receive(_ message: Message, on channel: Channel)

    /// A client subscribed to iopub messages whose topic begins with `topic` (unauthenticated bytes; usually none).
    func subscribed(to topic: Frame)
}
