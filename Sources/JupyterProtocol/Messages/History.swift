public import ApusJSON

/// `history_request`
public struct HistoryRequest: RequestContent {
    public enum Access: Sendable, Equatable {
        /// The last `count` entries.
        case tail(count: Int)
        /// Lines `start..<stop` of a session: 0 is this one, -1 the one before it.
        case range(session: Int, start: Int, stop: Int?)
        /// The last `count` entries (all when nil) that a glob pattern matches.
        case search(pattern: String, count: Int?, unique: Bool)
    }

    public var access: Access
    /// Whether results are wanted beside the inputs.
    public var output: Bool

    public init(_ content: JSONObject) throws(InvalidContent) {
        output = try content.flag("output", default: false)
        let count = content["n"]?.int
        switch try content.text("hist_access_type", default: "tail") {
        case "tail": access = .tail(count: count ?? 10)
        case "range":
            access = .range(
                session: try content.integer("session", default: 0), start: try content.integer("start", default: 0), stop: content["stop"]?.int)
        case "search":
            access = .search(
                pattern: try content.text("pattern", default: "*"), count: count, unique: try content.flag("unique", default: false))
        default: throw InvalidContent(field: "hist_access_type", expected: "tail, range or search", found: content["hist_access_type"])
        }
    }
}

/// `history_reply`
public struct HistoryReply: MessageContent {
    public struct Entry: Sendable, Equatable {
        public var session: Int
        public var line: Int
        public var input: String
        /// Outer nil: outputs were not asked for; inner nil: the input had none.
        public var output: String??

        public init(session: Int, line: Int, input: String, output: String?? = nil) {
            self.session = session
            self.line = line
            self.input = input
            self.output = output
        }
    }

    public static let type = "history_reply"
    public var entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    public var json: JSONObject {
        let history = entries.map { entry -> JSON in
            let input = JSON.string(entry.input)
            let last: JSON = entry.output.map { [input, $0.map(JSON.string) ?? .null] } ?? input
            return [.int(entry.session), .int(entry.line), last]
        }
        return ["status": "ok", "history": .array(history)]
    }
}
