import ApusJSON
import ApusSession
import JupyterProtocol

/// Writes messages of this kernel and hands them to the transport.
struct Publisher: Sendable {
    let transport: any MessageTransport
    let factory: MessageFactory
    /// What the server between the kernel and its clients lets through; nil when there is none.
    let limits: ServerLimits?

    // MARK: Messages to be sent

    /// To all subscribers, under the topic that the protocol names for the type.
    func output<Content: MessageContent>(_ content: Content, parent: MessageHeader?) -> OutgoingMessage {
        let topic: String
        if let stream = content as? StreamOutput { topic = "stream.\(stream.name)" } else { topic = "kernel.\(factory.session).\(Content.type)" }
        return output(content, parent: parent, topic: Frame(text: topic))
    }

    private func output<Content: MessageContent>(_ content: Content, parent: MessageHeader?, topic: Frame) -> OutgoingMessage {
        OutgoingMessage(factory.message(Content.type, content.json, parent: parent, identities: [topic]), on: .iopub)
    }

    /// Publishes what a cell shows, as fast as the server lets it through.
    func publishOutput<Content: MessageContent>(_ content: Content, parent: MessageHeader) {
        limits?.waitForMessage()
        publish(content, parent: parent)
    }

    /// Publishes text that a cell printed.
    func publish(_ stream: StreamName, _ text: String, parent: MessageHeader) {
        guard let limits, !limits.admitStream(text) else {
            return publishOutput(StreamOutput(name: stream.rawValue, text: text), parent: parent)
        }
        // More printed text than the server lets through; the same text as a display it does.
        for piece in ServerLimits.pieces(of: text) {
            publishOutput(DisplayOutput(data: ["text/plain": .string(piece)], metadata: [:], displayID: nil), parent: parent)
        }
    }

    /// To the client that asked, on the channel on which it asked.
    func answer<Content: MessageContent>(_ content: Content, to request: Request) -> OutgoingMessage {
        answer(Content.type, content.json, to: request)
    }

    private func answer(_ type: String, _ content: JSONObject, to request: Request) -> OutgoingMessage {
        OutgoingMessage(
            factory.message(type, content, parent: request.header, identities: request.message.identities), on: request.channel)
    }

    // MARK: Sending

    func publish<Content: MessageContent>(_ content: Content, parent: MessageHeader?) {
        transport.send([output(content, parent: parent)])
    }

    func publish<Content: MessageContent>(_ content: Content, parent: MessageHeader?, topic: Frame) {
        transport.send([output(content, parent: parent, topic: topic)])
    }

    func reply<Content: MessageContent>(_ content: Content, to request: Request) {
        transport.send([answer(content, to: request)])
    }

    func reply(_ type: String, _ content: JSONObject, to request: Request) {
        transport.send([answer(type, content, to: request)])
    }

    func status(_ state: StatusOutput.State, _ parent: MessageHeader?) {
        publish(StatusOutput(state), parent: parent)
    }
}
