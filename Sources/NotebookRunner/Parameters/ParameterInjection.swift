import ApusSession
public import NotebookFormat

extension Notebook {
    /// Gives the notebook other parameters, the papermill way: a cell tagged `injected-parameters` after the one tagged `parameters`.
    ///
    /// A cell that was injected before is replaced. Without a cell tagged `parameters`, the new one comes first.
    ///
    /// - Returns: What the user should know: names that the notebook does not have, or that no cell is tagged.
    public mutating func inject(_ parameters: Parameters) -> [String] {
        guard !parameters.isEmpty else { return [] }
        let tagged = cells.firstIndex { $0.tags.contains(CellTag.parameters) }
        let injected = cells.firstIndex { $0.tags.contains(CellTag.injectedParameters) }
        let declared = tagged.map { DeclaredParameter.all(in: cells[$0].source) } ?? []
        var lines = ["// Parameters"]
        for (name, value) in parameters.values {
            let isText = declared.first { $0.name == name }?.isText ?? false
            lines.append("let \(name) = \(ParameterText.literal(Parameters.literal(value, defaultIsText: isText)))")
        }
        var cell = Cell(.code, source: lines.joined(separator: "\n"), metadata: ["tags": [.string(CellTag.injectedParameters)]])
        cell.id = injected.flatMap { cells[$0].id } ?? freshCellID(CellTag.injectedParameters)
        if let injected {
            cells[injected] = cell
        } else {
            cells.insert(cell, at: tagged.map { $0 + 1 } ?? 0)
        }
        guard tagged != nil else {
            return ["no cell is tagged '\(CellTag.parameters)': the given parameters come first, and a later cell may set them again"]
        }
        return parameters.names.filter { name in !declared.contains { $0.name == name } }.map { unknown($0, declared.map(\.name)) }
    }

    private func unknown(_ name: String, _ known: [String]) -> String {
        let nearest = NearestName.find(name, among: known).map { "did you mean '\($0)'?" }
        let all = known.isEmpty ? "the cell tagged 'parameters' sets none" : "the notebook has \(known.joined(separator: ", "))"
        return "unknown parameter '\(name)': \(nearest ?? all)"
    }
}
