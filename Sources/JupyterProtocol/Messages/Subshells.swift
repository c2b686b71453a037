public import ApusJSON

// Kernel subshells: Jupyter enhancement proposal 91.

/// `create_subshell_reply`
public struct CreateSubshellReply: MessageContent {
    public static let type = "create_subshell_reply"
    public var id: String

    public init(id: String) { self.id = id }

    public var json: JSONObject { ["status": "ok", "subshell_id": .string(id)] }
}

/// `delete_subshell_request`
public struct DeleteSubshellRequest: RequestContent {
    public var id: String

    public init(_ content: JSONObject) throws(InvalidContent) { id = try content.text("subshell_id") }
}

/// `delete_subshell_reply`
public struct DeleteSubshellReply: MessageContent {
    public static let type = "delete_subshell_reply"

    public init() {}

    public var json: JSONObject { ["status": "ok"] }
}

/// `list_subshell_reply`
public struct ListSubshellReply: MessageContent {
    public static let type = "list_subshell_reply"
    /// Without the main shell, which has no id.
    public var ids: [String]

    public init(ids: [String]) { self.ids = ids }

    public var json: JSONObject { ["status": "ok", "subshell_id": .array(ids.map(JSON.string))] }
}
