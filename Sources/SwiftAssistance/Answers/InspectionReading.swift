package import ApusJSON
package import ApusSession

/// Reads what SourceKit-LSP answers to `textDocument/hover` and `textDocument/signatureHelp`: declarations with their documentation.
package enum InspectionReading {
    /// Nil when nothing is known about the place.
    package static func hover(_ answer: JSON) -> MIMEBundle? {
        guard let markdown = answer["contents"]?["value"]?.string ?? answer["contents"]?.string else { return nil }
        let heading = "## Multiple results\n\n"
        return bundle(markdown.hasPrefix(heading) ? String(markdown.dropFirst(heading.count)) : markdown)
    }

    /// The functions that a call may mean, the likeliest first.
    package static func signatures(_ answer: JSON) -> MIMEBundle? {
        var signatures = answer["signatures"]?.array ?? []
        if let active = answer["activeSignature"]?.int, signatures.indices.contains(active) {
            signatures.insert(signatures.remove(at: active), at: 0)
        }
        let texts = signatures.compactMap { signature -> String? in
            guard let label = signature["label"]?.string else { return nil }
            let documentation = signature["documentation"]?["value"]?.string ?? signature["documentation"]?.string ?? ""
            return "```swift\n\(label)\n```\n\n\(documentation)"
        }
        return bundle(texts.joined(separator: "\n\n---\n\n"))
    }

    private static func bundle(_ markdown: String) -> MIMEBundle? {
        let markdown = trimmed(markdown)
        guard !markdown.isEmpty else { return nil }
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("```") }
        return MIMEBundle(text: trimmed(lines.joined(separator: "\n")), markdown: markdown)
    }

    private static func trimmed(_ text: String) -> String {
        let head = text.drop { $0.isNewline || $0 == " " }
        guard let end = head.lastIndex(where: { !$0.isNewline && $0 != " " }) else { return "" }
        return String(head[...end])
    }
}
