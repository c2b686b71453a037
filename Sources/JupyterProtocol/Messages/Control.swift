public import ApusJSON

/// `interrupt_reply`
public struct InterruptReply: MessageContent {
    public static let type = "interrupt_reply"

    public init() {}

    public var json: JSONObject { ["status": "ok"] }
}

/// `shutdown_request`
public struct ShutdownRequest: RequestContent {
    /// Whether the client starts the kernel again.
    public var restart: Bool

    public init(_ content: JSONObject) throws(InvalidContent) { restart = try content.flag("restart", default: false) }
}

/// `shutdown_reply`: to the client that asked, and to all on iopub.
public struct ShutdownReply: MessageContent {
    public static let type = "shutdown_reply"
    public var restart: Bool

    public init(restart: Bool) { self.restart = restart }

    public var json: JSONObject { ["status": "ok", "restart": .bool(restart)] }
}
