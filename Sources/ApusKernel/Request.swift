import JupyterProtocol

/// A message that wants an answer, with the channel on which the answer leaves.
struct Request: Sendable {
    let message: Message
    let channel: Channel

    var header: MessageHeader { message.header }

    /// Which client sent it: its session id, or the route to it where a client sends none.
    var client: Frame {
        header.session.isEmpty ? message.identities.first ?? [] : Frame(text: header.session)
    }
}
