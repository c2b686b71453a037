import ApusData
import ApusNN
import ApusSession

/// What the heads of a model may learn from the feature files: the type of the next turning point, and the bars to it.
enum HeadTargets {
    private struct Target {
        let loss: Loss
        let outputs: Int
        /// The last layer that a head for it may have.
        let layer: String
    }

    private static func targets(classes: Int) -> [String: Target] {
        [
            TrainingData.directionHead: Target(loss: .crossEntropy, outputs: classes, layer: "Dense(\(classes), activation: .softmax)"),
            TrainingData.barsHead: Target(loss: .meanSquaredError, outputs: 1, layer: "Dense(1)"),
        ]
    }

    /// Checks that every head has a target of its kind and size, so that the first batch cannot fail.
    static func check(_ model: Model, classes: Int = SwingType.allCases.count) throws(UnfitHead) {
        let targets = targets(classes: classes)
        for head in model.heads {
            guard let target = targets[head.name] else {
                throw UnfitHead(
                    head: head.name, name: "UnknownTarget", title: "the data has no target for Head(\"\(head.name)\")",
                    details: ["it has: \(targets.keys.sorted().joined(separator: ", "))"],
                    hint: "name the head after the target it learns, as `%%build --recipe multi-task-lstm --show` does")
            }
            guard head.loss == target.loss, head.outputShape == [target.outputs] else {
                let outputs = head.outputShape.first ?? 0
                throw UnfitHead(
                    head: head.name, name: "HeadMismatch", title: "Head(\"\(head.name)\") does not fit its target",
                    details: ["it has \(outputs) outputs and the loss .\(head.loss); the target needs \(target.outputs) and .\(target.loss)"],
                    hint: "use Head(\"\(head.name)\", loss: .\(target.loss)) and let \(target.layer) be its last layer")
            }
        }
    }
}

/// A head that no target of the data fits.
struct UnfitHead: ExplainedError {
    let head: String
    let name: String
    let title: String
    let details: [String]
    let hint: String?
}
