import ApusJSON
import ApusSession

extension Completions {
    var json: JSON {
        let items = items.map { JSON.array([.string($0.text), .string($0.kind), .string($0.summary)]) }
        return ["items": .array(items), "start": .int(start), "end": .int(end)]
    }

    init(_ fields: MessageFields) throws(FrameError) {
        var items: [Item] = []
        for item in try fields.array("items") {
            guard let text = item[0]?.string, let kind = item[1]?.string, let summary = item[2]?.string else {
                throw .notAMessage("a completion without text, kind and summary")
            }
            items.append(Item(text, kind: kind, summary: summary))
        }
        self.init(items: items, start: try fields.int("start"), end: try fields.int("end"))
    }
}
