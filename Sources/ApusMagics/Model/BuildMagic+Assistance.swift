import ApusNN
import ApusSession

extension BuildMagic {
    static func completions(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> [Completions.Item] {
        let signatures = LayerCatalogue.signatures
        if place.word.hasPrefix(".") { return choices(of: signatures).filter { $0.text.hasPrefix(place.word) } }
        let layers = signatures.map { Completions.Item($0.name, kind: "layer", summary: $0.summary) }
        let labels = openCall(body, before: place.wordRange.lowerBound).flatMap(LayerCatalogue.signature)?.arguments ?? []
        let arguments = labels.compactMap { argument in
            argument.label.map { Completions.Item("\($0): ", kind: "argument", summary: argument.summary) }
        }
        // Inside a call its arguments come first; a layer could only follow it.
        return (arguments.isEmpty ? layers : arguments).filter { $0.text.hasPrefix(place.word) }
    }

    static func inspection(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> MIMEBundle? {
        guard let signature = LayerCatalogue.signature(named: place.word) else { return nil }
        var lines = [signature.prototype, signature.summary, ""]
        for argument in signature.arguments {
            let value = argument.defaultValue.map { " (default: \($0))" } ?? " (required)"
            lines.append("\(argument.label ?? argument.name): \(argument.type)\(value). \(argument.summary)")
        }
        lines += ["", signature.example]
        let text = lines.joined(separator: "\n")
        return MIMEBundle(text: text, markdown: "```swift\n\(signature.prototype)\n```\n\n" + lines.dropFirst().joined(separator: "  \n"))
    }

    /// Every `.name` that an argument takes, once.
    private static func choices(of signatures: [LayerSignature]) -> [Completions.Item] {
        var seen: Set<String> = []
        var items: [Completions.Item] = []
        for argument in signatures.flatMap(\.arguments) {
            guard case .choice(let names) = argument.type else { continue }
            for name in names where seen.insert(name).inserted { items.append(.init(".\(name)", kind: "value", summary: argument.summary)) }
        }
        return items
    }

    /// The name of the call whose parentheses are open at a place of the body.
    private static func openCall(_ body: CellBody, before offset: Int) -> String? {
        let scalars = Array(body.text.unicodeScalars.prefix(offset))
        var depth = 0
        for index in scalars.indices.reversed() {
            switch scalars[index] {
            case ")": depth += 1
            case "(" where depth > 0: depth -= 1
            case "(":
                let name = scalars[..<index].reversed().prefix { $0.properties.isAlphabetic }.reversed()
                return String(String.UnicodeScalarView(name))
            case "\n", "{", "}": return nil
            default: break
            }
        }
        return nil
    }
}
