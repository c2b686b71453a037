package import ApusNN
package import ApusSession
package import ApusTraining

/// A trained model and how it got there.
package struct FinishedTraining {
    /// With the weights of the best epoch.
    package let model: Model
    let result: TrainingResult
    let options: TrainingOptions
    /// The recipe's name; nil for layers written in a cell.
    let recipe: String?

    package var history: History { result.history }

    /// Seconds spent in epochs, across interruptions.
    var seconds: Double { history.epochs.reduce(0) { $0 + $1.seconds } }
}

extension WorkspaceKeys {
    package static let training = WorkspaceKey<FinishedTraining>("training", producedBy: "train") { $0.result.description }
    /// What `%%train` asks after each epoch beside its own; left by cells of Swift.
    package static let callbacks = WorkspaceKey<[any TrainingCallback]>("callbacks", producedBy: "") { callbacks in
        callbacks.map(\.settings).joined(separator: ", ")
    }
}
