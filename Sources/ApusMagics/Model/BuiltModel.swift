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

extension Model {
    /// Checks that every head has a target of its kind and size, so that the first batch cannot fail.
    func checkHeads(against data: TrainingData) throws(CellFailure) {
        let classes = data.sequences.classNames.count
        let targets: [String: (loss: Loss, outputs: Int, layer: String)] = [
            TrainingData.directionHead: (.crossEntropy, classes, "Dense(\(classes), activation: .softmax)"),
            TrainingData.barsHead: (.meanSquaredError, 1, "Dense(1)"),
        ]
        for head in heads {
            guard let target = targets[head.name] else {
                throw CellFailure(
                    "UnknownTarget", "the data has no target for Head(\"\(head.name)\")",
                    details: ["it has: \(targets.keys.sorted().joined(separator: ", "))"],
                    hint: "name the head after the target it learns, as `%%build --recipe multi-task-lstm --show` does")
            }
            guard head.loss == target.loss, head.outputShape == [target.outputs] else {
                throw CellFailure(
                    "HeadMismatch", "Head(\"\(head.name)\") does not fit its target",
                    details: [
                        "it has \(head.outputShape.first ?? 0) outputs and the loss .\(head.loss); the target needs \(target.outputs) and .\(target.loss)"
                    ],
                    hint: "use Head(\"\(head.name)\", loss: .\(target.loss)) and let \(target.layer) be its last layer")
            }
        }
    }
}
