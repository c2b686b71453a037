public import ApusJSON

/// `complete_request`
public struct CompleteRequest: RequestContent {
    public var code: String
    /// In Unicode scalars, within the code.
    public var cursor: Int

    public init(_ content: JSONObject) throws(InvalidContent) {
        code = try content.text("code")
        cursor = try content.cursor(in: code)
    }
}

/// `complete_reply`
public struct CompleteReply: MessageContent {
    public struct Match: Sendable {
        public var text: String
        public var kind: String
        public var summary: String

        public init(text: String, kind: String, summary: String) {
            self.text = text
            self.kind = kind
            self.summary = summary
        }
    }

    public static let type = "complete_reply"
    public var matches: [Match]
    /// The scalars that a match replaces.
    public var range: Range<Int>

    public init(matches: [Match], range: Range<Int>) {
        self.matches = matches
        self.range = range
    }

    public var json: JSONObject {
        let start = JSON.int(range.lowerBound)
        let end = JSON.int(range.upperBound)
        // The extension of IPython that JupyterLab reads to show what kind of thing a match is.
        let types = matches.map { match -> JSON in
            ["start": start, "end": end, "text": .string(match.text), "type": .string(match.kind), "signature": .string(match.summary)]
        }
        return [
            "status": "ok", "matches": .array(matches.map { .string($0.text) }), "cursor_start": start, "cursor_end": end,
            "metadata": types.isEmpty ? [:] : ["_jupyter_types_experimental": .array(types)],
        ]
    }
}

/// `inspect_request`
public struct InspectRequest: RequestContent {
    public var code: String
    /// In Unicode scalars, within the code.
    public var cursor: Int
    /// 0 for a tooltip, 1 for everything.
    public var detail: Int

    public init(_ content: JSONObject) throws(InvalidContent) {
        code = try content.text("code")
        cursor = try content.cursor(in: code)
        detail = try content.integer("detail_level", default: 0)
    }
}

/// `inspect_reply`
public struct InspectReply: MessageContent {
    public static let type = "inspect_reply"
    /// Nil when nothing is known at the cursor.
    public var found: (data: JSONObject, metadata: JSONObject)?

    public init(found: (data: JSONObject, metadata: JSONObject)?) { self.found = found }

    public var json: JSONObject {
        [
            "status": "ok", "found": .bool(found != nil), "data": .object(found?.data ?? [:]), "metadata": .object(found?.metadata ?? [:]),
        ]
    }
}

/// `is_complete_request`
public struct IsCompleteRequest: RequestContent {
    public var code: String

    public init(_ content: JSONObject) throws(InvalidContent) { code = try content.text("code") }
}

/// `is_complete_reply`
public struct IsCompleteReply: MessageContent {
    public static let type = "is_complete_reply"
    /// `complete`, `incomplete`, `invalid` or `unknown`.
    public var status: String
    /// What the next line should begin with when more is needed.
    public var indent: String?

    public init(status: String, indent: String? = nil) {
        self.status = status
        self.indent = indent
    }

    public var json: JSONObject {
        var content: JSONObject = ["status": .string(status)]
        content["indent"] = indent.map(JSON.string)
        return content
    }
}

extension JSONObject {
    /// The cursor in Unicode scalars, moved into the code; its end where the request does not say.
    fileprivate func cursor(in code: String) throws(InvalidContent) -> Int {
        let count = code.unicodeScalars.count
        return Swift.min(Swift.max(0, try integer("cursor_pos", default: count)), count)
    }
}
