import ApusNN
import ApusSession

/// A model with its first weights, and what it was built from.
struct BuiltModel {
    let model: Model
    /// The recipe's name; nil for layers written in the cell.
    let recipe: String?

    var summary: String {
        "\(recipe ?? "\(model.nodes.count) layers"), \(Number.grouped(model.parameterCount)) parameters, heads \(model.heads.map(\.name).joined(separator: ", "))"
    }
}

extension WorkspaceKeys {
    static let model = WorkspaceKey<BuiltModel>("model", producedBy: "build") { $0.summary }
}
