/// Decides whether a console may run what was typed, or should ask for another line.
struct CompletenessRule {
    let catalogue: MagicCatalogue

    func judge(_ source: CellSource) -> Completeness {
        do {
            switch try CellParser(source, catalogue).parse() {
            case .statements(let statements): return judge(statements, source)
            case .swift: return UnfinishedCode(source, 0..<source.count).completeness
            }
        } catch {
            // What the cell language does not take, such as a text of several lines, Swift may.
            if !source.hasMagics { return UnfinishedCode(source, 0..<source.count).completeness }
            guard error.isUnfinished else { return .invalid }
            return .incomplete(indent: error.name == "UnclosedBracket" ? "    " : "")
        }
    }

    private func judge(_ statements: [CellStatement], _ source: CellSource) -> Completeness {
        guard case .magic(let call) = statements.last else { return .complete }
        if case .required = catalogue.type(named: call.name)?.body, call.isCell, call.body?.isEmpty ?? true { return .incomplete(indent: "") }
        if let code = call.body?.range ?? call.nestedSwift { return UnfinishedCode(source, code).completeness }
        return call.nested.isEmpty ? .complete : judge(call.nested, source)
    }
}
