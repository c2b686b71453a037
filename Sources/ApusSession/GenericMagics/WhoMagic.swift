import ArgumentParser

/// `%who`: what the workspace holds.
struct WhoMagic: Magic {
    static let name = "who"
    static let abstract = "Shows what the workspace holds, with shapes and the cells that made it."
    static let example = "%who"
    static let isReadOnly = true

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let parameters = cell.workspace.parameterNames.map { ($0, cell.parameters[$0] ?? nil) }
        if let table = WorkspaceOverview(values: cell.workspace.listing, parameters: parameters).table {
            cell.out.display(table.bundle)
        } else {
            cell.out.print("the workspace is empty")
        }
    }
}
