public import ApusJSON

/// `stream`: text that a cell printed.
public struct StreamOutput: MessageContent {
    public static let type = "stream"
    /// `stdout` or `stderr`.
    public var name: String
    public var text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    public var json: JSONObject { ["name": .string(name), "text": .string(text)] }
}

/// `display_data`
public struct DisplayOutput: MessageContent {
    public static let type = "display_data"
    public var data: JSONObject
    public var metadata: JSONObject
    /// Under which later `update_display_data` messages find it.
    public var displayID: String?

    public init(data: JSONObject, metadata: JSONObject, displayID: String?) {
        self.data = data
        self.metadata = metadata
        self.displayID = displayID
    }

    public var json: JSONObject {
        let transient: JSON = displayID.map { ["display_id": .string($0)] } ?? [:]
        return ["data": .object(data), "metadata": .object(metadata), "transient": transient]
    }
}

/// `update_display_data`: replaces the displays with the same id, wherever they are.
public struct DisplayUpdate: MessageContent {
    public static let type = "update_display_data"
    public var display: DisplayOutput

    public init(_ display: DisplayOutput) { self.display = display }

    public var json: JSONObject { display.json }
}

/// `execute_result`: the value of a cell.
public struct ExecuteResult: MessageContent {
    public static let type = "execute_result"
    public var data: JSONObject
    public var metadata: JSONObject
    public var executionCount: Int

    public init(data: JSONObject, metadata: JSONObject, executionCount: Int) {
        self.data = data
        self.metadata = metadata
        self.executionCount = executionCount
    }

    public var json: JSONObject {
        ["execution_count": .int(executionCount), "data": .object(data), "metadata": .object(metadata)]
    }
}

/// `error`: why a cell failed; the same members stand in error replies.
public struct ErrorOutput: MessageContent {
    public static let type = "error"
    public var name: String
    public var message: String
    /// Lines to show, with ANSI colours.
    public var traceback: [String]

    public init(name: String, message: String, traceback: [String]) {
        self.name = name
        self.message = message
        self.traceback = traceback
    }

    public var json: JSONObject {
        ["ename": .string(name), "evalue": .string(message), "traceback": .array(traceback.map(JSON.string))]
    }
}

/// `clear_output`
public struct ClearOutput: MessageContent {
    public static let type = "clear_output"
    /// Only when the next output comes, which avoids flicker.
    public var wait: Bool

    public init(wait: Bool) { self.wait = wait }

    public var json: JSONObject { ["wait": .bool(wait)] }
}
