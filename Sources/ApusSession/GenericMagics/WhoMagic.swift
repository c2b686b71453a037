import ArgumentParser

/// `%who`: what the workspace holds.
struct WhoMagic: Magic {
    static let name = "who"
    static let abstract = "Shows what the workspace holds, with shapes and the cells that made it."
    static let example = "%who"
    static let isReadOnly = true

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let values = cell.workspace.listing.map { [$0.name, $0.summary, "%%\($0.producer)", "[\($0.cell)]"] }
        let parameters = cell.workspace.parameterNames.map { name in
            [name, ParameterText.text(cell.parameters[name] ?? nil), "parameter", ""]
        }
        if values.isEmpty, parameters.isEmpty {
            cell.out.print("the workspace is empty")
        } else {
            cell.out.display(
                TableView(headers: ["name", "value", "from", "cell"], rows: values + parameters, alignments: [.left, .left, .left, .right]).bundle)
        }
    }
}
