public import ApusJSON

/// `comm_open` from a client.
public struct CommOpenRequest: RequestContent {
    public var id: String
    public var targetName: String

    public init(_ content: JSONObject) throws(InvalidContent) {
        id = try content.text("comm_id")
        targetName = try content.text("target_name", default: "")
    }
}

/// `comm_close`
public struct CommClose: MessageContent {
    public static let type = "comm_close"
    public var id: String

    public init(id: String) { self.id = id }

    public var json: JSONObject { ["comm_id": .string(id), "data": [:]] }
}

/// `comm_info_reply`: the open comms by id.
public struct CommInfoReply: MessageContent {
    public static let type = "comm_info_reply"

    public init() {}

    /// Empty: no cell of this kernel opens comms.
    public var json: JSONObject { ["status": "ok", "comms": [:]] }
}
