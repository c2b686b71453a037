import ApusSession
import CellSupport
import SwiftCellCompiler

extension CellVariables {
    /// Tells the session of the variables as they are now: simple values are parameters, the others are listed.
    func publish(in workspace: Workspace) {
        var others: [WorkspaceListing] = []
        for (name, value, cell) in values {
            if let json = SwiftLiteral.json(value) {
                workspace.setParameter(name, to: json)
            } else {
                let text = MIMEBundle(showing: value).text ?? ""
                others.append(
                    WorkspaceListing(
                        name: name, summary: "\(type(of: value)): \(text.prefix(60))".replacing("\n", with: " "), producer: "", cell: cell))
            }
        }
        workspace.setVariables(others)
        // Also when the cell fails: variables keep what it has done to them.
        workspace.commit()
    }
}
