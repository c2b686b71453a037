import ApusJSON
import ApusSession

extension CellReply {
    var json: JSON {
        let error: JSON = if case .error(let error) = status { error.json } else { .null }
        return ["error": error, "expressions": .object(JSONObject(userExpressions.map { ($0.key, $0.value.json) }))]
    }

    init(_ fields: MessageFields) throws(FrameError) {
        var expressions: [String: ExpressionValue] = [:]
        for (name, value) in try fields.members("expressions") { expressions[name] = try ExpressionValue(try MessageFields(value)) }
        let isError = !(fields.object["error"]?.isNull ?? true)
        self.init(isError ? .error(try CellError(try fields.fields("error"))) : .ok, userExpressions: expressions)
    }
}

extension FinishedCell {
    var json: JSON { ["events": .array(events.map(\.json)), "reply": reply.json] }

    init(_ fields: MessageFields) throws(FrameError) {
        var events: [CellEvent] = []
        for event in try fields.array("events") { events.append(try CellEvent(try MessageFields(event))) }
        self.init(events: events, reply: try CellReply(try fields.fields("reply")))
    }
}

extension ExpressionValue {
    var json: JSON {
        switch self {
        case .value(let bundle): ["value": bundle.json]
        case .error(let error): ["error": error.json]
        }
    }

    init(_ fields: MessageFields) throws(FrameError) {
        self =
            fields.object["value"] == nil
            ? .error(try CellError(try fields.fields("error"))) : .value(try MIMEBundle(try fields.fields("value")))
    }
}

extension CellError {
    var json: JSON { ["name": .string(name), "message": .string(message), "report": .array(report.map(JSON.string))] }

    init(_ fields: MessageFields) throws(FrameError) {
        self.init(
            name: try fields.string("name"), message: try fields.string("message"), report: try fields.array("report").compactMap(\.string))
    }
}
