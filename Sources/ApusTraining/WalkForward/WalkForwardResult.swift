public import ApusNN
public import ApusTensor

/// What became of all folds, in their order.
public struct WalkForwardResult {
    public let folds: [FoldResult]

    /// The folds that were trained to their end.
    public var trained: [TrainedFold] { folds.compactMap(\.trained) }

    /// One sentence for each fold that has no predictions: which rows, and why.
    public var problems: [String] { folds.compactMap(\.problem) }

    /// Mean and deviation of a number of each trained fold, of those where it is defined; nil where it is defined in none.
    public func statistic(_ value: (TrainedFold) throws -> Double?) rethrows -> SampleStatistics? {
        SampleStatistics(try trained.compactMap(value))
    }
}

/// What became of one fold.
public struct FoldResult {
    public enum Outcome {
        case trained(TrainedFold)
        /// Its examples, its model or its training threw this.
        case failed(any Error)
        /// It was asked to stop; what had been trained by then, if anything.
        case interrupted(TrainingResult?)
    }

    public let fold: WalkForwardFolds.Fold
    public let outcome: Outcome

    public var trained: TrainedFold? {
        if case .trained(let fold) = outcome { fold } else { nil }
    }

    /// Why there are no predictions, folds counted from 1.
    public var problem: String? {
        let name = "Fold \(fold.index + 1) (training rows \(fold.training), evaluation rows \(fold.evaluation))"
        return switch outcome {
        case .trained: nil
        case .failed(let error): "\(name) failed: \(error)"
        case .interrupted(let training?): "\(name) was stopped: \(training)"
        case .interrupted(nil): "\(name) was stopped before it had a result."
        }
    }
}

/// A fold's finished model and what it predicts.
public struct TrainedFold {
    /// History, best epoch and warnings.
    public let training: TrainingResult
    /// With the weights of the best epoch where they are kept.
    public let model: Model
    /// For the evaluation rows, by head name, (rows, C).
    public let predictions: [String: Tensor]
    /// The evaluation rows as they were given, with the targets to compare with.
    public let evaluation: Examples
}
