package import ApusJSON
package import ApusSession

/// Reads what SourceKit-LSP answers to `textDocument/completion`, best first.
///
/// Jupyter's front ends insert the text that they show, and have no placeholders to fill in. So a function is offered by its name, with its
/// parameters beside it, and overloads once.
package struct CompletionReading {
    /// Front ends show no more, and ask again when more is typed.
    private static let mostItems = 500

    package private(set) var completions: Completions

    package init(_ answer: JSON, in document: AskedDocument, cursor: Int) {
        let items = (answer["items"]?.array ?? answer.array ?? []).compactMap { Item($0, document) }.sorted { $0.rank < $1.rank }
        let start = items.first?.start ?? cursor
        var offers: [Completions.Item] = []
        var places: [String: Int] = [:]
        var overloads: [String: Int] = [:]
        for item in items where item.start == start && start <= cursor {
            if places[item.text] != nil {
                overloads[item.text, default: 0] += item.isFunction ? 1 : 0
            } else if offers.count < Self.mostItems {
                places[item.text] = offers.count
                offers.append(Completions.Item(item.text, kind: item.kind, summary: item.summary))
            }
        }
        for (text, count) in overloads where count > 0 {
            offers[places[text]!].summary += count == 1 ? "  (and 1 overload)" : "  (and \(count) overloads)"
        }
        completions = Completions(items: offers, start: min(start, cursor), end: cursor)
    }

    private struct Item {
        var text: String
        var kind: String
        var summary: String
        var start: Int
        var rank: String
        var isFunction: Bool

        /// Nil for what is no word: operators, examples of literals, and calls without an argument label to begin with.
        init?(_ json: JSON, _ document: AskedDocument) {
            guard let label = json["label"]?.string, let start = document.offset(of: json["textEdit"]?["range"]?["start"]) else { return nil }
            let inserted = json["textEdit"]?["newText"]?.string ?? json["insertText"]?.string ?? label
            let filter = json["filterText"]?.string ?? label
            let kind = json["kind"]?.int ?? 0
            let isCall = Self.callKinds.contains(kind)
            guard let text = Self.text(inserted, isCall: isCall, takesArguments: !filter.hasSuffix("()")) else { return nil }
            self.text = text
            self.kind = Self.kinds[kind] ?? "text"
            self.start = start
            isFunction = isCall
            rank = json["sortText"]?.string ?? label
            summary = Self.summary(label, of: text, type: json["detail"]?.string ?? "", isCall: isCall)
        }

        /// What to insert of a text that has had its placeholders taken out, as `fit(, epochs: )`.
        private static func text(_ inserted: String, isCall: Bool, takesArguments: Bool) -> String? {
            guard let first = inserted.unicodeScalars.first, first == "_" || first == "#" || first == "`" || first.properties.isXIDStart else {
                return nil
            }
            // The rest of a declaration: a body is for the user to write.
            if let body = inserted.firstRange(of: " {") { return String(inserted[..<body.lowerBound]) }
            guard isCall, let end = inserted.firstIndex(where: { $0 == "(" || $0 == ":" }) else { return inserted }
            // The label of a call's first argument.
            if inserted[end] == ":" { return String(inserted[..<end]) + ": " }
            // Of a declaration that is about to be written, the parameters are its own.
            guard !inserted[..<end].contains(" ") else { return inserted }
            return String(inserted[..<end]) + (takesArguments ? "" : "()")
        }

        /// `(training: Examples) throws -> History` for a function, the type for anything else.
        private static func summary(_ label: String, of text: String, type: String, isCall: Bool) -> String {
            guard isCall, let parameters = label.firstIndex(of: "(") else { return type }
            return label[parameters...] + (type.isEmpty ? "" : " -> \(type)")
        }

        /// Methods, functions and initializers, in the numbers of the protocol.
        private static let callKinds: Set<Int> = [2, 3, 4]
        private static let kinds: [Int: String] = [
            2: "method", 3: "function", 4: "initializer", 5: "field", 6: "variable", 7: "class", 8: "protocol", 9: "module", 10: "property",
            12: "argument", 13: "enum", 14: "keyword", 20: "case", 21: "constant", 22: "struct", 23: "event", 24: "operator", 25: "type",
        ]
    }
}
