import ArgumentParser

/// `%parameters`: the parameters as they stand, after whatever papermill or `apus run -p` injected.
struct ParametersMagic: Magic {
    static let name = "parameters"
    static let abstract = "Shows the parameters with their types and values."
    static let example = "let epochs = 5\n%parameters"
    static let isReadOnly = true

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let rows = cell.workspace.parameterNames.map { name in
            let value = cell.parameters[name] ?? nil
            return [name, ParameterText.type(value), ParameterText.text(value)]
        }
        if rows.isEmpty {
            cell.out.print("there are no parameters; `let name = literal` sets one")
        } else {
            cell.out.display(TableView(headers: ["parameter", "type", "value"], rows: rows, alignments: [.left, .left, .left]).bundle)
        }
    }
}
