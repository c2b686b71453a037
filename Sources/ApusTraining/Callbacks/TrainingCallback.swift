/// Decides after each epoch whether to stop, to change the learning rate, or to remember the weights.
///
/// A callback is a small value with exportable state; it never touches the model. The trainer carries out what it asks for.
public protocol TrainingCallback: Sendable {
    /// The log entry it looks at, such as `val_loss`.
    var monitor: String { get }

    /// Name and constants, as written in a program: what must be equal for a run to be resumed.
    var settings: String { get }

    /// Whether it asks to keep weights, which training then ends with. Only one callback of a run may.
    var keepsWeights: Bool { get }

    /// What it remembers between epochs.
    var state: CallbackState { get }

    /// Goes back to a `state` exported before; a missing entry means "not yet".
    mutating func restore(_ state: CallbackState)

    /// - Parameters:
    ///   - epoch: counted from 0, as Keras does.
    ///   - value: the monitored value of this epoch.
    ///   - learningRate: the rate this epoch was trained with, or what an earlier callback has just made of it.
    mutating func epochEnded(_ epoch: Int, value: Double, learningRate: Float) -> [CallbackAction]
}

extension TrainingCallback {
    public var keepsWeights: Bool { false }
}

/// Named numbers; a checkpoint keeps their bits.
public typealias CallbackState = [String: Double]

/// What a callback asks the trainer to do.
public enum CallbackAction: Equatable, Sendable {
    /// Remember the present weights as the best so far; they come back at the end of training.
    case keepWeights
    case setLearningRate(Float)
    case stop(reason: String)
}

/// Which way a monitored value gets better.
public enum MonitorMode: String, Sendable {
    case min
    case max

    /// What the name suggests: scores are maximised, losses and errors minimised.
    public init(for monitor: String) {
        let scores = ["accuracy", "auc", "f1", "precision", "recall", "r2"]
        self = scores.contains { monitor.hasSuffix($0) } ? .max : .min
    }

    /// Whether `value` is better than `best` by more than `minDelta`.
    ///
    /// Keras compares in Float32, and so do we: the same numbers must lead to the same decision.
    func isImprovement(_ value: Double, over best: Double?, minDelta: Double) -> Bool {
        guard let best else { return true }
        return switch self {
        case .min: Float(value + minDelta) < Float(best)
        case .max: Float(value - minDelta) > Float(best)
        }
    }
}
