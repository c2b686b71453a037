import ApusJSON
import ApusSession

extension CellEvent {
    private enum Kind: String { case stream, display, update, clear, result, error }

    var json: JSON {
        switch self {
        case .stream(let name, let text): ["kind": "stream", "name": .string(name.rawValue), "text": .string(text)]
        case .display(let display): ["kind": "display", "display": display.json]
        case .updateDisplay(let display): ["kind": "update", "display": display.json]
        case .clearOutput(let wait): ["kind": "clear", "wait": .bool(wait)]
        case .result(let bundle): ["kind": "result", "bundle": bundle.json]
        case .error(let error): ["kind": "error", "error": error.json]
        }
    }

    init(_ fields: MessageFields) throws(FrameError) {
        switch try fields.choice("kind", Kind.self) {
        case .stream: self = .stream(try fields.choice("name", StreamName.self), try fields.string("text"))
        case .display: self = .display(try DisplayData(try fields.fields("display")))
        case .update: self = .updateDisplay(try DisplayData(try fields.fields("display")))
        case .clear: self = .clearOutput(wait: try fields.bool("wait"))
        case .result: self = .result(try MIMEBundle(try fields.fields("bundle")))
        case .error: self = .error(try CellError(try fields.fields("error")))
        }
    }
}

extension DisplayData {
    var json: JSON { ["bundle": bundle.json, "id": id.map(JSON.string) ?? .null] }

    init(_ fields: MessageFields) throws(FrameError) {
        self.init(try MIMEBundle(try fields.fields("bundle")), id: fields.object["id"]?.string)
    }
}

extension MIMEBundle {
    var json: JSON { ["data": .object(data), "metadata": .object(metadata)] }

    init(_ fields: MessageFields) throws(FrameError) {
        self.init(try fields.members("data"), metadata: try fields.members("metadata"))
    }
}
