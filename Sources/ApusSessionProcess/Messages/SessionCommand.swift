package import ApusJSON
package import ApusSession

/// What the front tells the session process. Numbers name cells, questions and queries, so that answers find their way.
package enum SessionCommand: Sendable, Equatable {
    case execute(cell: Int, CellRequest)
    /// Asks a cell to stop; does nothing when it has ended.
    case interrupt(cell: Int)
    /// What the person answered; nil when nobody can, or the front will not.
    case answer(question: Int, String?)
    /// So many bytes of events have reached the front's client; see `EventWindow`.
    case delivered(bytes: Int)
    case complete(query: Int, code: String, cursor: Int)
    case inspect(query: Int, code: String, cursor: Int, detail: InspectionDetail)
    /// Runs a cell beside the one that runs, if it only reads.
    case read(query: Int, CellRequest)
    /// Interrupts what runs, frees what the session holds, and ends the process.
    case close
}

extension SessionCommand {
    private enum Kind: String { case execute, interrupt, answer, delivered, complete, inspect, read, close }

    package var json: JSON {
        switch self {
        case .execute(let cell, let request): ["kind": "execute", "cell": .int(cell), "request": request.json]
        case .interrupt(let cell): ["kind": "interrupt", "cell": .int(cell)]
        case .answer(let question, let text): ["kind": "answer", "question": .int(question), "text": text.map(JSON.string) ?? .null]
        case .delivered(let bytes): ["kind": "delivered", "bytes": .int(bytes)]
        case .complete(let query, let code, let cursor):
            ["kind": "complete", "query": .int(query), "code": .string(code), "cursor": .int(cursor)]
        case .inspect(let query, let code, let cursor, let detail):
            ["kind": "inspect", "query": .int(query), "code": .string(code), "cursor": .int(cursor), "detail": .int(detail.rawValue)]
        case .read(let query, let request): ["kind": "read", "query": .int(query), "request": request.json]
        case .close: ["kind": "close"]
        }
    }

    package init(_ json: JSON) throws(FrameError) {
        let fields = try MessageFields(json)
        switch try fields.choice("kind", Kind.self) {
        case .execute: self = .execute(cell: try fields.int("cell"), try CellRequest(try fields.fields("request")))
        case .interrupt: self = .interrupt(cell: try fields.int("cell"))
        case .answer: self = .answer(question: try fields.int("question"), fields.object["text"]?.string)
        case .delivered: self = .delivered(bytes: try fields.int("bytes"))
        case .complete: self = .complete(query: try fields.int("query"), code: try fields.string("code"), cursor: try fields.int("cursor"))
        case .inspect:
            self = .inspect(
                query: try fields.int("query"), code: try fields.string("code"), cursor: try fields.int("cursor"),
                detail: try fields.int("detail") > 0 ? .full : .brief)
        case .read: self = .read(query: try fields.int("query"), try CellRequest(try fields.fields("request")))
        case .close: self = .close
        }
    }
}

extension CellRequest {
    var json: JSON {
        [
            "code": .string(code), "silent": .bool(isSilent), "input": .bool(allowsInput),
            "expressions": .object(JSONObject(userExpressions.map { ($0.key, .string($0.value)) })), "count": .int(executionCount),
            "id": cellID.map(JSON.string) ?? .null,
        ]
    }

    init(_ fields: MessageFields) throws(FrameError) {
        var expressions: [String: String] = [:]
        for (name, value) in try fields.members("expressions") { expressions[name] = value.string }
        self.init(
            try fields.string("code"), isSilent: try fields.bool("silent"), allowsInput: try fields.bool("input"), userExpressions: expressions,
            executionCount: try fields.int("count"), cellID: fields.object["id"]?.string)
    }
}
