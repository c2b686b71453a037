/// All that a cell showed, and its reply.
public struct FinishedCell: Sendable, Equatable {
    public var events: [CellEvent]
    public var reply: CellReply

    public init(events: [CellEvent], reply: CellReply) {
        self.events = events
        self.reply = reply
    }
}
