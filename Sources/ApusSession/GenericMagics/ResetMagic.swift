import ArgumentParser

/// `%reset`: an empty workspace.
struct ResetMagic: Magic {
    static let name = "reset"
    static let abstract = "Empties the workspace; the parameters stay unless --parameters is given."
    static let example = "%reset --parameters"

    @Flag(help: "Forget the parameters too.") var parameters = false
    @Flag(name: .customShort("f"), help: "Accepted for habit's sake: %reset never asks.") var force = false

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let count = cell.workspace.listing.count
        cell.workspace.removeAll(parameters: parameters)
        session.swift?.reset()
        cell.out.print(count == 1 ? "1 value removed" : "\(count) values removed")
    }
}
