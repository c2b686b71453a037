public import ApusJSON

/// `status`: busy and idle around every request, starting once.
public struct StatusOutput: MessageContent {
    public enum State: String, Sendable {
        case starting, busy, idle
    }

    public static let type = "status"
    public var state: State

    public init(_ state: State) { self.state = state }

    public var json: JSONObject { ["execution_state": .string(state.rawValue)] }
}

/// `iopub_welcome`: tells a subscriber that its subscription works (protocol 5.5).
public struct IOPubWelcome: MessageContent {
    public static let type = "iopub_welcome"
    public var subscription: String

    public init(subscription: String) { self.subscription = subscription }

    public var json: JSONObject { ["subscription": .string(subscription)] }
}
