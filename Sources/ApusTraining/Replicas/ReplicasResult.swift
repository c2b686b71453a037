public import ApusNN

/// What became of all replicas.
public struct ReplicasResult {
    /// A replica that was trained, to its end or until it was stopped.
    public struct Replica {
        /// Counted from 0.
        public let number: Int
        public let seed: UInt64
        /// With the weights of its best epoch where they are kept.
        public let model: Model
        public let training: TrainingResult
        /// The monitored value of the epoch whose weights it has; nil when it has ended none, or the value is undefined there.
        public let score: Double?
    }

    /// What replicas are compared by, such as `val_loss`.
    public let monitor: String
    /// In the order of their numbers.
    public let replicas: [Replica]
    /// The one with the best score; the first of equals.
    public let best: Replica
    /// One sentence for each replica that failed.
    public let problems: [String]

    /// - Throws: the first error when no replica was trained.
    init(
        _ outcomes: [(number: Int, seed: UInt64, model: Model, outcome: Result<TrainingResult, any Error>?)], monitor: String
    ) throws {
        var replicas: [Replica] = []
        var problems: [String] = []
        var firstError: (any Error)?
        for (number, seed, model, outcome) in outcomes {
            switch outcome {
            case .success(let training):
                let epoch = training.bestEpoch ?? training.history.epochs.last?.epoch
                let record = training.history.epochs.first { $0.epoch == epoch }
                replicas.append(Replica(number: number, seed: seed, model: model, training: training, score: record?.logs[monitor]))
            case .failure(let error):
                firstError = firstError ?? error
                problems.append("Replica \(number + 1) (seed \(seed)) failed: \(error)")
            case nil: break
            }
        }
        let mode = MonitorMode(for: monitor)
        func isBetter(_ a: Replica, _ b: Replica) -> Bool {
            guard let score = a.score else { return false }
            return mode.isImprovement(score, over: b.score, minDelta: 0)
        }
        guard var best = replicas.first else {
            throw firstError ?? TrainingError(.options, "No replica was trained.")
        }
        for replica in replicas.dropFirst() where isBetter(replica, best) { best = replica }
        self.monitor = monitor
        self.replicas = replicas
        self.best = best
        self.problems = problems
    }

    /// Mean and deviation of the scores; nil when there is none.
    public var statistic: SampleStatistics? { SampleStatistics(replicas.compactMap(\.score)) }
}
