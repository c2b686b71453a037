public import ApusNN
import ApusSession
public import ApusTraining
import CellSupport

extension Model {
    /// Trains the model in place, with a progress bar below the cell; an interrupt stops it after the batch and keeps what it has learnt.
    ///
    /// ```swift
    /// let history = try workspace.model.fit(workspace.data.training, validation: workspace.data.validation, epochs: 5)
    /// ```
    /// - Parameters:
    ///   - training: Rows to learn from.
    ///   - validation: Rows to judge each epoch by.
    ///   - options: Everything else; `epochs` and `batchSize` go before.
    /// - Throws: `TrainingError` or `ModelError`; the model then has the weights that it came with.
    @discardableResult
    public func fit(
        _ training: Examples, validation: Examples? = nil, epochs: Int = 10, batchSize: Int = 32, options: TrainingOptions = TrainingOptions()
    ) throws -> History {
        var options = options
        options.epochs = epochs
        options.batchSize = batchSize
        let batches = (training.count + batchSize - 1) / max(1, batchSize)
        let bar = progress("Training", total: epochs * batches, unit: "batches")
        let result = try Trainer(model: self, options: options).fit(
            training, validation: validation, observer: bar.map(FitProgress.init), shouldStop: { CellHost.shared.isInterrupted })
        bar?.finish(result.description)
        return result.history
    }
}

/// Moves the bar of a `fit`.
private final class FitProgress: TrainingObserver {
    private let bar: ProgressDisplay
    private var total = 0

    init(_ bar: ProgressDisplay) { self.bar = bar }

    func trainingBegan(_ plan: TrainingPlan) { total = plan.epochs * plan.stepsPerEpoch }

    func batchEnded(_ progress: BatchProgress) {
        let loss = progress.running.means["loss"].map { " · loss \(Float($0))" } ?? ""
        bar.update(
            completed: progress.epoch * progress.stepsPerEpoch + progress.step, total: total,
            message: "epoch \(progress.epoch + 1) of \(progress.epochs)\(loss)")
    }
}
