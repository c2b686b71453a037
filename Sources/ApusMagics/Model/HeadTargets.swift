import ApusNN
import ApusSession

/// Whether the heads of a model fit the targets of the data.
enum HeadTargets {
    /// The targets that data of this release may have, for checks before there are data.
    static let known: [DataTarget] = [FeatureFileData.direction, FeatureFileData.bars] + WindowData.knownTargets

    /// Checks that every head has a target of its kind and size, so that the first batch cannot fail.
    static func check(_ model: Model, targets: [DataTarget]) throws(UnfitHead) {
        for head in model.heads {
            guard let target = targets.first(where: { $0.name == head.name }) else {
                throw UnfitHead(
                    head: head.name, name: "UnknownTarget", title: "the data has no target for Head(\"\(head.name)\")",
                    details: ["it has: \(targets.map(\.name).sorted().joined(separator: ", "))"],
                    hint: targets.first.map { "name the head after the target it learns: Head(\"\($0.name)\", loss: .\($0.loss))" })
            }
            let loss = target.loss
            guard head.loss == loss, head.outputShape == [target.outputs] else {
                let outputs = head.outputShape.first ?? 0
                throw UnfitHead(
                    head: head.name, name: "HeadMismatch", title: "Head(\"\(head.name)\") does not fit its target",
                    details: ["it has \(outputs) outputs and the loss .\(head.loss); the target needs \(target.outputs) and .\(loss)"],
                    hint: "use Head(\"\(head.name)\", loss: .\(loss)) and let \(target.lastLayer) be its last layer")
            }
        }
    }
}

extension DataTarget {
    var loss: Loss {
        switch kind {
        case .classes: .crossEntropy
        case .binary: .binaryCrossEntropy
        case .number: .meanSquaredError
        }
    }

    /// The last layer that a head for it may have.
    fileprivate var lastLayer: String {
        switch kind {
        case .classes(let names): "Dense(\(names.count), activation: .softmax)"
        case .binary: "Dense(1, activation: .sigmoid)"
        case .number: "Dense(1)"
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
