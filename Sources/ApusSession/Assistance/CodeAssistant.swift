import ApusJSON

/// Answers what could stand at a place of a cell, and what is known about what stands there.
struct CodeAssistant {
    let catalogue: MagicCatalogue
    let names: SessionNames
    let environment: SessionEnvironment

    func complete(_ source: CellSource, cursor: Int) -> Completions {
        let cursor = min(max(cursor, 0), source.count)
        let place = CellPlace(source, cursor: cursor, catalogue: catalogue)
        let items: [Completions.Item]
        switch place.kind {
        case .nothing: items = []
        case .magicName(let sigil): items = magicNames(sigil)
        case .option(let declaration, let given): items = options(of: declaration, given: given)
        case .value(let option, let declaration, let given):
            items = values(for: option, of: declaration, partial: source[place.range], given: given)
        case .argument(let argument, let declaration, let given):
            items = values(for: argument, of: declaration, partial: source[place.range]) + options(of: declaration, given: given)
        case .parameter: items = parameters()
        case .body(let body, let bodyPlace, let type):
            items = type.completions(inBody: body, at: bodyPlace, in: context(partial: bodyPlace.word))
        }
        let typed = source[place.range.lowerBound..<cursor]
        return Completions(items: Completer.filter(items, typed: typed), start: place.range.lowerBound, end: max(cursor, place.range.lowerBound))
    }

    func inspect(_ source: CellSource, cursor: Int, detail: InspectionDetail) -> MIMEBundle? {
        let cursor = min(max(cursor, 0), source.count)
        let place = CellPlace(source, cursor: cursor, catalogue: catalogue, wholeWord: true)
        switch place.kind {
        case .nothing: return inspectName(CellPlace.word(source, around: cursor))
        case .magicName where place.range.isEmpty: return overview
        case .magicName:
            let name = String(source[place.range].drop { $0 == "%" || $0 == "?" })
            return catalogue.declaration(named: name).map { HelpPage.page($0, detail: detail) }
        case .option(let declaration, _):
            return declaration.option(named: source[place.range]).map { HelpPage.tooltip($0, of: declaration.name) }
        case .value(let option, let declaration, _), .argument(let option, let declaration, _): return HelpPage.tooltip(option, of: declaration.name)
        case .parameter: return inspectName(source[place.range])
        case .body(let body, let bodyPlace, let type):
            return type.inspection(inBody: body, at: bodyPlace, in: context(partial: bodyPlace.word))
        }
    }

    private func context(partial: String, given: [String: String] = [:]) -> AssistanceContext {
        AssistanceContext(environment: environment, parameters: names.parameters, workspace: names.entries, partial: partial, given: given)
    }

    /// All that the session holds, for a place where nothing stands. JupyterLab's contextual help asks wherever the cursor goes, so an
    /// empty line makes it an overview of the variables.
    private var overview: MIMEBundle? {
        let parameters = names.parameterOrder.map { ($0, names.parameters[$0] ?? nil) }
        return WorkspaceOverview(values: names.entries, parameters: parameters).table?.bundle
    }

    private func inspectName(_ name: String) -> MIMEBundle? {
        if let value = names.parameters[name] {
            return line("\(name): \(ParameterText.type(value)) = \(ParameterText.text(value))")
        }
        return names.entries.first { $0.name == name }.map { line("\($0.name): \($0.summary), from \($0.origin) in cell [\($0.cell)]") }
    }

    private func line(_ text: String) -> MIMEBundle {
        MIMEBundle(text: text, html: "<pre>\(HTML.escape(text))</pre>", markdown: "```swift\n\(text)\n```")
    }

    private func magicNames(_ sigil: String) -> [Completions.Item] {
        // Who has typed one percent sign may be about to type the second.
        let sigils = sigil == "%" ? ["%", "%%"] : [sigil]
        return sigils.flatMap { sigil in catalogue.magics.map { Completions.Item(sigil + $0.name, kind: "magic", summary: $0.abstract) } }
    }

    private func options(of declaration: MagicDeclaration, given: Set<String>) -> [Completions.Item] {
        declaration.options
            .filter { $0.kind != .positional && $0.isShown && ($0.isRepeating || given.isDisjoint(with: $0.names)) }
            .map { Completions.Item($0.title, kind: "option", summary: $0.summary) }
            + [Completions.Item("--help", kind: "option", summary: "Shows what %%\(declaration.name) does and its options.")]
    }

    private func values(
        for option: OptionDeclaration, of declaration: MagicDeclaration, partial: String, given: [String: String] = [:]
    ) -> [Completions.Item] {
        var items = option.values.map { Completions.Item($0, kind: "value", summary: option.help) }
        items += declaration.type.values(for: option, in: context(partial: partial, given: given))
        items += PathCompleter(environment: environment).items(for: option.valueSource, partial: partial)
        return items
    }

    private func parameters() -> [Completions.Item] {
        names.parameters.sorted { $0.key < $1.key }.map { Completions.Item($0.key, kind: "parameter", summary: ParameterText.text($0.value)) }
    }
}

enum Completer {
    /// The items that begin with what is typed, without repetition; those that begin so in another case come after the exact ones.
    static func filter(_ items: [Completions.Item], typed: String) -> [Completions.Item] {
        var seen: Set<String> = []
        let unique = items.filter { seen.insert($0.text).inserted }
        let exact = unique.filter { $0.text.hasPrefix(typed) }
        let folded = typed.lowercased()
        return exact + unique.filter { !$0.text.hasPrefix(typed) && $0.text.lowercased().hasPrefix(folded) }
    }
}
