/// Whether a cell only reads what the session holds.
struct ReadOnlyRule {
    let catalogue: MagicCatalogue

    /// True also for a cell with a mistake that is found before anything runs: why should the error wait?
    func allows(_ source: CellSource) -> Bool {
        guard let parsed = try? CellParser(source, catalogue).parse() else { return true }
        return switch parsed {
        case .statements(let statements): statements.allSatisfy(allows)
        case .swift: false
        }
    }

    private func allows(_ statement: CellStatement) -> Bool {
        switch statement {
        case .parameter: false
        case .help: true
        case .magic(let call): catalogue.type(named: call.name)?.isReadOnly ?? true && call.nestedSwift == nil && call.nested.allSatisfy(allows)
        }
    }
}
