import ApusNN
import ApusSession
import ApusTraining

/// A trained model and how it got there.
struct FinishedTraining {
    /// With the weights of the best epoch.
    let model: Model
    let result: TrainingResult
    let options: TrainingOptions
    /// The recipe's name; nil for layers written in a cell.
    let recipe: String?

    var history: History { result.history }

    /// Seconds spent in epochs, across interruptions.
    var seconds: Double { history.epochs.reduce(0) { $0 + $1.seconds } }
}

extension WorkspaceKeys {
    static let training = WorkspaceKey<FinishedTraining>("training", producedBy: "train") { $0.result.description }
}
