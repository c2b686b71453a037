import ApusJSON
import ApusSession
import Testing

import SwiftAssistance

/// The items are those of SourceKit-LSP 6.3.
@Suite struct CompletionReadingTests {
    private let document = AskedDocument(CellSource("value.fi"), preamble: "import A", blankLines: 0)

    private func item(_ label: String, kind: Int, text: String? = nil, filter: String? = nil, detail: String? = nil, rank: String? = nil) -> JSON {
        var item: JSONObject = ["label": .string(label), "kind": .int(kind)]
        item["filterText"] = filter.map(JSON.string)
        item["detail"] = detail.map(JSON.string)
        item["sortText"] = rank.map(JSON.string)
        item["textEdit"] = [
            "newText": .string(text ?? label), "range": ["start": ["line": 1, "character": 6], "end": ["line": 1, "character": 8]],
        ]
        return .object(item)
    }

    private func read(_ items: JSON...) -> Completions {
        CompletionReading(["isIncomplete": true, "items": .array(items)], in: document, cursor: 8).completions
    }

    @Test func `a function is offered by its name, with its parameters and overloads beside it`() {
        let found = read(
            item(
                "fit(training: Examples, epochs: Int) throws", kind: 2, text: "fit(, epochs: )", filter: "fit(:epochs:)", detail: "History",
                rank: "2"),
            item("fit(training: Examples) throws", kind: 2, text: "fit()", filter: "fit(:)", detail: "History", rank: "1"),
            item("first()", kind: 2, text: "first()", filter: "first()", detail: "Int?", rank: "3"),
            item("fields", kind: 10, detail: "[Field]", rank: "0"))
        #expect(
            found
                == Completions(
                    items: [
                        Completions.Item("fields", kind: "property", summary: "[Field]"),
                        Completions.Item("fit", kind: "method", summary: "(training: Examples) throws -> History  (and 1 overload)"),
                        Completions.Item("first()", kind: "method", summary: "() -> Int?"),
                    ], start: 6, end: 8))
    }

    @Test func `labels of arguments are offered as they are written`() {
        let found = read(
            item("epochs: Int", kind: 12, text: "epochs: ", filter: "epochs:", detail: "Int"),
            item("(of: Int, by: Int)", kind: 4, text: "of: , by: ", filter: "of:by:", detail: "Candle"))
        #expect(found.items.map(\.text) == ["of: ", "epochs: "])
        #expect(found.items.map(\.summary) == ["(of: Int, by: Int) -> Candle", "Int"])
    }

    @Test func `what is no word is left out`() {
        let found = read(
            item("(units: Int)", kind: 4, text: "", filter: ":"), item("(units: Int, all: Bool)", kind: 4, text: ", all: ", filter: ":all:"),
            item("\"abc\"", kind: 14, text: "\"\""), item("[key: value]", kind: 14, text: "[: ]"), item("0", kind: 14), item("+", kind: 24),
            item("true", kind: 14))
        #expect(found.items.map(\.text) == ["true"])
    }

    @Test func `of a declaration to be written, the body is left to the user`() {
        let found = read(
            item("encode(to: any Encoder) throws", kind: 2, text: "encode(to encoder: any Encoder) throws {\n}", filter: "encode(to:)"),
            item("override func run()", kind: 2, text: "override func run()", filter: "run()"),
            item("init(rawValue: String)", kind: 4, text: "init(rawValue: )", filter: "init(rawValue:)", detail: "Kind?"))
        #expect(found.items.map(\.text) == ["encode(to encoder: any Encoder) throws", "init", "override func run()"])
    }

    @Test func `answers without sense give nothing`() {
        for answer: JSON in [
            nil, [:], [], "x", ["items": [1, ["label": 2], ["label": "a"]]], ["items": [["label": "a", "textEdit": ["range": 1]]]],
        ] {
            #expect(CompletionReading(answer, in: document, cursor: 8).completions == Completions(items: [], start: 8, end: 8))
        }
    }
}
