public import ApusJSON

/// `input_request`: a cell asks the person in front of the notebook.
public struct InputRequest: MessageContent {
    public static let type = "input_request"
    public var prompt: String
    /// Whether what is typed stays hidden.
    public var password: Bool

    public init(prompt: String, password: Bool) {
        self.prompt = prompt
        self.password = password
    }

    public var json: JSONObject { ["prompt": .string(prompt), "password": .bool(password)] }
}

/// `input_reply`
public struct InputReply: RequestContent {
    public var value: String

    public init(_ content: JSONObject) throws(InvalidContent) { value = try content.text("value") }
}
