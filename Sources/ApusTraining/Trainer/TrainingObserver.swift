/// Watches a run. All calls come from the training thread between batches, so they should be short; how often to draw is the observer's business.
public protocol TrainingObserver: AnyObject {
    func trainingBegan(_ plan: TrainingPlan)
    func batchEnded(_ progress: BatchProgress)
    func epochEnded(_ record: EpochRecord, notes: [String])
    /// Something the user should know: a checkpoint passed over, a head that answers nothing.
    func warned(_ message: String)
    func trainingEnded(_ result: TrainingResult)
}

extension TrainingObserver {
    public func trainingBegan(_ plan: TrainingPlan) {}
    public func batchEnded(_ progress: BatchProgress) {}
    public func epochEnded(_ record: EpochRecord, notes: [String]) {}
    public func warned(_ message: String) {}
    public func trainingEnded(_ result: TrainingResult) {}
}

/// What is about to happen.
public struct TrainingPlan: Equatable, Sendable {
    /// What computes: the name of the GPU, or `CPU`.
    public let device: String
    /// Why the CPU computes where a GPU would have been taken.
    public let fallbackReason: String?
    public let epochs: Int
    public let stepsPerEpoch: Int
    public let trainingRows: Int
    public let validationRows: Int
    /// Names the epochs will log, `loss` first.
    public let logNames: [String]
    /// What an earlier, interrupted run had done already; empty for a new one.
    public let resumed: History
    /// Epoch (from 0) and step of the next batch.
    public let firstEpoch: Int
    public let firstStep: Int
}

/// Where the run is after a batch.
public struct BatchProgress: Sendable {
    /// Counted from 0.
    public let epoch: Int
    public let epochs: Int
    /// Batches done in this epoch, 1...stepsPerEpoch.
    public let step: Int
    public let stepsPerEpoch: Int
    public let learningRate: Float
    /// Means over this epoch so far: `running.means`.
    public let running: RunningMeans
    /// Wall-clock seconds spent in this epoch.
    public let seconds: Double
}

/// How a run ended and what it leaves.
public struct TrainingResult: Equatable, Sendable {
    public enum Outcome: Equatable, Sendable {
        /// All epochs are done.
        case completed
        /// A callback ended it.
        case stoppedEarly(reason: String)
        /// `shouldStop` ended it before `step` of `epoch`, both counted from 0.
        case interrupted(epoch: Int, step: Int)
        /// Resumed, but there was nothing left to do; the text says how it had ended.
        case alreadyFinished(reason: String)
    }

    public let outcome: Outcome
    public let history: History
    /// The epoch (from 0) whose weights the model holds now; nil when it holds the last ones.
    public let bestEpoch: Int?
    /// Epoch and step (from 0) the run went on from; nil for a new run.
    public let resumedFrom: Checkpoint.Position?
    /// What the user should know, in the order it was noticed.
    public let warnings: [String]
}

extension TrainingResult: CustomStringConvertible {
    /// One sentence for a person, epochs counted from 1.
    public var description: String {
        let weights = bestEpoch.map { "the weights are those of epoch \($0 + 1)" } ?? "the weights are the last ones"
        let epochs = history.epochs.count == 1 ? "1 epoch" : "\(history.epochs.count) epochs"
        return switch outcome {
        case .completed: "Completed \(epochs); \(weights)."
        case .stoppedEarly(let reason): "Stopped after \(epochs): \(reason); \(weights)."
        case .interrupted(let epoch, let step): "Interrupted in epoch \(epoch + 1) after \(step) steps; \(weights)."
        case .alreadyFinished(let reason): "Nothing left to do: \(reason); \(weights)."
        }
    }
}
