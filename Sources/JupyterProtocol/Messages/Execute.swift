public import ApusJSON

/// `execute_request`
public struct ExecuteRequest: RequestContent {
    public var code: String
    /// Quietly: no output, no history, no new execution count.
    public var silent: Bool
    public var storeHistory: Bool
    public var userExpressions: [String: String]
    public var allowStdin: Bool
    /// Whether an error aborts what the client queued behind this request.
    public var stopOnError: Bool

    public init(_ content: JSONObject) throws(InvalidContent) {
        code = try content.text("code")
        silent = try content.flag("silent", default: false)
        storeHistory = try content.flag("store_history", default: true) && !silent
        allowStdin = try content.flag("allow_stdin", default: true)
        stopOnError = try content.flag("stop_on_error", default: true)
        userExpressions = [:]
        if let expressions = content["user_expressions"], !expressions.isNull {
            guard let members = expressions.object else {
                throw InvalidContent(field: "user_expressions", expected: "an object of strings", found: expressions)
            }
            for (name, value) in members {
                guard let text = value.string else {
                    throw InvalidContent(field: "user_expressions", expected: "an object of strings", found: expressions)
                }
                userExpressions[name] = text
            }
        }
    }
}

/// `execute_reply`
public struct ExecuteReply: MessageContent {
    public enum Status: Sendable {
        case ok(userExpressions: JSONObject)
        case error(ErrorOutput)
    }

    public static let type = "execute_reply"
    public var status: Status
    public var executionCount: Int

    public init(_ status: Status, executionCount: Int) {
        self.status = status
        self.executionCount = executionCount
    }

    public var json: JSONObject {
        let count = JSON.int(executionCount)
        switch status {
        case .ok(let expressions):
            return ["status": "ok", "execution_count": count, "user_expressions": .object(expressions), "payload": []]
        case .error(let error):
            var content = error.json
            content["status"] = "error"
            content["execution_count"] = count
            return content
        }
    }
}

/// `execute_reply` to a cell that did not run, because one before it failed or was interrupted.
///
/// Nothing but the status: with an `execution_count` JupyterLab would number the cell as if it had run.
public struct AbortedReply: MessageContent {
    public static let type = ExecuteReply.type

    public init() {}

    public var json: JSONObject { ["status": "aborted"] }
}

/// `execute_input`: tells every client what is being run.
public struct ExecuteInput: MessageContent {
    public static let type = "execute_input"
    public var code: String
    public var executionCount: Int

    public init(code: String, executionCount: Int) {
        self.code = code
        self.executionCount = executionCount
    }

    public var json: JSONObject { ["code": .string(code), "execution_count": .int(executionCount)] }
}
