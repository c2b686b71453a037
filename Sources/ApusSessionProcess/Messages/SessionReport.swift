package import ApusJSON
package import ApusSession

/// What the session process tells the front.
package enum SessionReport: Sendable, Equatable {
    /// Something to show for a cell; cell 0 is none: what was written while no cell ran.
    case event(cell: Int, CellEvent)
    /// A cell asks the person in front of the notebook.
    case ask(cell: Int, question: Int, prompt: String, isPassword: Bool)
    /// The cell does not wait for the answer any more.
    case withdraw(cell: Int, question: Int)
    /// The end of a cell, after all its events.
    case reply(cell: Int, CellReply)
    case completions(query: Int, Completions)
    case inspection(query: Int, MIMEBundle?)
    /// Nil for a cell that does more than read.
    case finished(query: Int, FinishedCell?)
}

extension SessionReport {
    private enum Kind: String { case event, ask, withdraw, reply, completions, inspection, finished }

    package var json: JSON {
        switch self {
        case .event(let cell, let event): ["kind": "event", "cell": .int(cell), "event": event.json]
        case .ask(let cell, let question, let prompt, let isPassword):
            ["kind": "ask", "cell": .int(cell), "question": .int(question), "prompt": .string(prompt), "password": .bool(isPassword)]
        case .withdraw(let cell, let question): ["kind": "withdraw", "cell": .int(cell), "question": .int(question)]
        case .reply(let cell, let reply): ["kind": "reply", "cell": .int(cell), "reply": reply.json]
        case .completions(let query, let completions): ["kind": "completions", "query": .int(query), "found": completions.json]
        case .inspection(let query, let bundle): ["kind": "inspection", "query": .int(query), "found": bundle?.json ?? .null]
        case .finished(let query, let cell): ["kind": "finished", "query": .int(query), "cell": cell?.json ?? .null]
        }
    }

    package init(_ json: JSON) throws(FrameError) {
        let fields = try MessageFields(json)
        switch try fields.choice("kind", Kind.self) {
        case .event: self = .event(cell: try fields.int("cell"), try CellEvent(try fields.fields("event")))
        case .ask:
            self = .ask(
                cell: try fields.int("cell"), question: try fields.int("question"), prompt: try fields.string("prompt"),
                isPassword: try fields.bool("password"))
        case .withdraw: self = .withdraw(cell: try fields.int("cell"), question: try fields.int("question"))
        case .reply: self = .reply(cell: try fields.int("cell"), try CellReply(try fields.fields("reply")))
        case .completions: self = .completions(query: try fields.int("query"), try Completions(try fields.fields("found")))
        case .inspection:
            let found = fields.object["found"]?.isNull ?? true ? nil : try MIMEBundle(try fields.fields("found"))
            self = .inspection(query: try fields.int("query"), found)
        case .finished:
            let cell = fields.object["cell"]?.isNull ?? true ? nil : try FinishedCell(try fields.fields("cell"))
            self = .finished(query: try fields.int("query"), cell)
        }
    }
}
