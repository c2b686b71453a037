extension CodeAssistant {
    /// What could stand at a place, Swift code included.
    func complete(_ source: CellSource, cursor: Int, asking swift: (any SwiftCodeAssistant)?) async -> Completions {
        let cursor = min(max(cursor, 0), source.count)
        let known = complete(source, cursor: cursor)
        guard let swift, let question = question(source, cursor), let found = await swift.complete(question), found.start <= cursor else {
            return known
        }
        let typed = source[found.start..<cursor]
        // What begins with an underscore is nobody's business, unless asked for.
        let shown = typed.hasPrefix("_") ? found.items : found.items.filter { !$0.text.hasPrefix("_") }
        let items = Completer.filter(shown, typed: typed)
        if items.isEmpty { return known }
        // On a blank line a magic may begin as well.
        let others = known.start == found.start ? known.items : []
        return Completions(items: items + others, start: found.start, end: cursor)
    }

    /// What is known about the word at a place, Swift code included: its declaration, and what the session holds under that name.
    func inspect(_ source: CellSource, cursor: Int, detail: InspectionDetail, asking swift: (any SwiftCodeAssistant)?) async -> MIMEBundle? {
        let cursor = min(max(cursor, 0), source.count)
        let known = inspect(source, cursor: cursor, detail: detail)
        guard let swift, let question = question(source, cursor), let found = await swift.inspect(question) else { return known }
        guard let known else { return found }
        return MIMEBundle(
            text: "\(found.text ?? "")\n\n\(known.text ?? "")", markdown: "\(found.markdown ?? "")\n\n\(known.markdown ?? "")")
    }

    /// Nil for a place that is a magic's, and in a cell where nothing stands yet.
    private func question(_ source: CellSource, _ cursor: Int) -> SwiftQuestion? {
        guard let place = SwiftPlace(source, cursor: cursor, catalogue: catalogue), !place.source.scalars.allSatisfy(\.isSpace) else { return nil }
        return SwiftQuestion(source: place.source, cursor: cursor, parameters: names.parameters)
    }
}

extension MIMEBundle {
    fileprivate var markdown: String? { data["text/markdown"]?.string }
}
