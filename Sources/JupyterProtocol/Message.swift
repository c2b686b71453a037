public import ApusJSON

/// One message of the Jupyter protocol, received or to be sent.
public struct Message: Sendable, Equatable {
    /// The frames before the delimiter: the route to one client, or the topic on iopub.
    public var identities: [Frame]
    public var header: MessageHeader
    /// The exact bytes of the header of the message that caused this one; `{}` when nothing did, never `null`.
    public var parentHeader: Frame
    public var metadata: JSONObject
    public var content: JSONObject
    /// Binary frames after the content.
    public var buffers: [Frame]

    public init(
        identities: [Frame] = [], header: MessageHeader, parentHeader: Frame? = nil, metadata: JSONObject = [:], content: JSONObject,
        buffers: [Frame] = []
    ) {
        self.identities = identities
        self.header = header
        self.parentHeader = parentHeader ?? .emptyObject
        self.metadata = metadata
        self.content = content
        self.buffers = buffers
    }

    /// The `msg_id` of the parent, nil when it has none.
    public var parentID: String? {
        guard parentHeader != .emptyObject else { return nil }
        return (try? JSON(parsing: parentHeader))?["msg_id"]?.string
    }
}
