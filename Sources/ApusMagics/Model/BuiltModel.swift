package import ApusNN
package import ApusSession

/// A model with its first weights, and what it was built from.
package struct BuiltModel {
    package let model: Model
    /// The recipe's name; nil for layers written in the cell.
    let recipe: String?

    package init(model: Model, recipe: String?) {
        self.model = model
        self.recipe = recipe
    }

    var summary: String {
        "\(recipe ?? "\(model.nodes.count) layers"), \(Number.grouped(model.parameterCount)) parameters, heads \(model.heads.map(\.name).joined(separator: ", "))"
    }
}

extension WorkspaceKeys {
    package static let model = WorkspaceKey<BuiltModel>("model", producedBy: "build") { $0.summary }
}
