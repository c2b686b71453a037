/// What `%%name?` shows: made from the magic's declaration alone.
struct HelpPage {
    let catalogue: MagicCatalogue

    init(_ catalogue: MagicCatalogue) { self.catalogue = catalogue }

    /// The page of one magic, or the list of all for a bare `?`.
    func page(for help: HelpCall) -> MIMEBundle {
        guard let declaration = catalogue.declaration(named: help.name) else { return overview }
        return HelpPage.page(declaration, detail: help.detail)
    }

    var overview: MIMEBundle {
        TableView(headers: ["magic", "does"], rows: catalogue.magics.map { ["%%\($0.name)", $0.abstract] }).bundle
    }

    static func page(_ declaration: MagicDeclaration, detail: InspectionDetail) -> MIMEBundle {
        MIMEBundle(text: text(declaration, detail), html: html(declaration, detail), markdown: markdown(declaration, detail))
    }

    private static func shownOptions(_ declaration: MagicDeclaration) -> [OptionDeclaration] {
        declaration.options.filter(\.isShown)
    }

    /// `%%train [--epochs <epochs>] ...`
    static func usage(_ declaration: MagicDeclaration) -> String {
        let required = shownOptions(declaration).filter { !$0.isOptional && $0.kind != .flag }.map(\.synopsis)
        let isShort = shownOptions(declaration).count <= 4
        let optional =
            isShort
            ? shownOptions(declaration).filter { $0.isOptional || $0.kind == .flag }.map { "[\($0.synopsis)]" }
            : (shownOptions(declaration).count > required.count ? ["[options]"] : [])
        let body: [String] =
            switch declaration.type.body {
            case .none: []
            case .optional(let summary): ["\n[\(summary)]"]
            case .required(let summary): ["\n\(summary)"]
            case .cell(let summary): [summary]
            }
        return (["%%\(declaration.name)"] + required + optional + body).joined(separator: " ")
    }

    private static func workspaceLines(_ declaration: MagicDeclaration) -> [String] {
        var lines: [String] = []
        let needs = declaration.type.needs
        if !needs.isEmpty { lines.append("needs: " + needs.map { "\($0.name) (from %%\($0.producer))" }.joined(separator: ", ")) }
        if !declaration.type.leaves.isEmpty { lines.append("leaves: " + declaration.type.leaves.map(\.name).joined(separator: ", ")) }
        return lines
    }

    static func text(_ declaration: MagicDeclaration, _ detail: InspectionDetail) -> String {
        var lines = ["%%\(declaration.name)  \(declaration.type.abstract)", "", "usage: \(usage(declaration))"]
        let options = shownOptions(declaration)
        if !options.isEmpty {
            let width = min(30, options.map(\.synopsis.displayWidth).max() ?? 0)
            lines.append("")
            lines += options.map { option in
                "  " + option.synopsis + String(repeating: " ", count: max(0, width - option.synopsis.displayWidth)) + "  " + option.summary
            }
        }
        let workspace = workspaceLines(declaration)
        if !workspace.isEmpty { lines += [""] + workspace }
        if detail == .full, !declaration.type.discussion.isEmpty { lines += ["", declaration.type.discussion] }
        if !declaration.type.example.isEmpty {
            lines += ["", "example:"] + declaration.type.example.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    static func markdown(_ declaration: MagicDeclaration, _ detail: InspectionDetail) -> String {
        var parts = ["**`%%\(declaration.name)`** \(declaration.type.abstract)", "```\n\(usage(declaration))\n```"]
        let options = shownOptions(declaration)
        if !options.isEmpty { parts.append(TableView(headers: ["option", ""], rows: options.map { [$0.synopsis, $0.summary] }).markdown) }
        parts += workspaceLines(declaration)
        if detail == .full, !declaration.type.discussion.isEmpty { parts.append(declaration.type.discussion) }
        if !declaration.type.example.isEmpty { parts.append("```\n\(declaration.type.example)\n```") }
        return parts.joined(separator: "\n\n")
    }

    static func html(_ declaration: MagicDeclaration, _ detail: InspectionDetail) -> String {
        var parts = ["<p><strong><code>%%\(HTML.escape(declaration.name))</code></strong> \(HTML.escape(declaration.type.abstract))</p>"]
        parts.append("<pre>\(HTML.escape(usage(declaration)))</pre>")
        let options = shownOptions(declaration)
        if !options.isEmpty { parts.append(TableView(headers: ["option", ""], rows: options.map { [$0.synopsis, $0.summary] }).html) }
        parts += workspaceLines(declaration).map { "<p>\(HTML.escape($0))</p>" }
        if detail == .full, !declaration.type.discussion.isEmpty { parts.append("<p>\(HTML.escape(declaration.type.discussion))</p>") }
        if !declaration.type.example.isEmpty { parts.append("<pre>\(HTML.escape(declaration.type.example))</pre>") }
        return "<div>\(parts.joined())</div>"
    }

    /// The tooltip of one option.
    static func tooltip(_ option: OptionDeclaration, of magic: String) -> MIMEBundle {
        MIMEBundle(
            text: "\(option.synopsis)  (%%\(magic))\n\(option.summary)",
            html:
                "<p><strong><code>\(HTML.escape(option.synopsis))</code></strong> <code>%%\(HTML.escape(magic))</code></p><p>\(HTML.escape(option.summary))</p>",
            markdown: "**`\(option.synopsis)`** `%%\(magic)`\n\n\(option.summary)")
    }
}
