package import ApusJSON
import ApusSession

extension JournalRecord {
    /// `{"n":7,"c":2,"t":1790000000000000,"stream":"stdout","text":"..."}`: the member after the time says what it is.
    var json: JSON {
        var object: JSONObject = ["n": .int(number), "c": .int(cell), "t": .int(Int(time))]
        switch content {
        case .origin(let origin):
            object["origin"] = .string(origin.kind.rawValue)
            object["name"] = .string(origin.name)
            object["process"] = .int(origin.process)
        case .began(let start):
            object["began"] = .int(start.count)
            object["code"] = .string(start.code)
        case .shown(let event): Self.add(event, to: &object)
        case .omitted(let outputs): object["omitted"] = .int(outputs)
        case .ended(let outcome): object["ended"] = .string(outcome.rawValue)
        }
        return .object(object)
    }

    private static func add(_ event: CellEvent, to object: inout JSONObject) {
        switch event {
        case .stream(let name, let text):
            object["stream"] = .string(name.rawValue)
            object["text"] = .string(text)
        case .display(let display): object["display"] = display.json
        case .updateDisplay(let display): object["update"] = display.json
        case .clearOutput(let wait): object["clear"] = .bool(wait)
        case .result(let bundle): object["result"] = DisplayData(bundle).json
        case .error(let error):
            object["error"] = .string(error.name)
            object["message"] = .string(error.message)
            object["report"] = .array(error.report.map(JSON.string))
        }
    }

    /// Nil when this is not a record.
    package init?(_ json: JSON) {
        guard let number = json["n"]?.int, let cell = json["c"]?.int, let time = json["t"]?.int, let content = Self.content(json) else { return nil }
        self.init(number: number, cell: cell, time: Int64(time), content: content)
    }

    private static func content(_ json: JSON) -> Content? {
        if let event = event(json) { return .shown(event) }
        if let count = json["began"]?.int { return json["code"]?.string.map { .began(JournalCellStart(count: count, code: $0)) } }
        if let outputs = json["omitted"]?.int { return .omitted(outputs: outputs) }
        if let outcome = json["ended"]?.string { return JournalOutcome(rawValue: outcome).map(Content.ended) }
        guard let kind = json["origin"]?.string.flatMap(JournalOrigin.Kind.init), let name = json["name"]?.string,
            let process = json["process"]?.int
        else { return nil }
        return .origin(JournalOrigin(kind, name: name, process: process))
    }

    private static func event(_ json: JSON) -> CellEvent? {
        if let name = json["stream"]?.string { return StreamName(rawValue: name).flatMap { name in json["text"]?.string.map { .stream(name, $0) } } }
        if let display = json["display"].flatMap(DisplayData.init) { return .display(display) }
        if let display = json["update"].flatMap(DisplayData.init) { return .updateDisplay(display) }
        if let display = json["result"].flatMap(DisplayData.init) { return .result(display.bundle) }
        if let wait = json["clear"]?.bool { return .clearOutput(wait: wait) }
        guard let name = json["error"]?.string, let message = json["message"]?.string, let report = json["report"]?.array else { return nil }
        return .error(CellError(name: name, message: message, report: report.compactMap(\.string)))
    }
}

extension DisplayData {
    fileprivate var json: JSON {
        var object: JSONObject = ["data": .object(bundle.data), "metadata": .object(bundle.metadata)]
        object["id"] = id.map(JSON.string)
        return .object(object)
    }

    fileprivate init?(_ json: JSON) {
        guard let data = json["data"]?.object, let metadata = json["metadata"]?.object else { return nil }
        self.init(MIMEBundle(data, metadata: metadata), id: json["id"]?.string)
    }
}
