public import ApusNN
import ApusTensor

/// Trains one model several times with different seeds, to see how much of a score is luck, and to keep the best.
///
/// ```swift
/// let result = try Replicas(count: 8, options: options).run(training: train, validation: validation) { number in
///     try Model(description, inputShape: [24, 80], seed: 1 + UInt64(number))
/// }
/// print(result.statistic)  // 0.0123 ± 0.0011 (n = 8)
/// ```
/// Replica 0 has the seed of the options and is what a single run would have been; the seed of replica k is k more. They do not depend on one
/// another: on a GPU as many as fit run side by side, on the CPU they share its threads, and which run together changes no bit.
public struct Replicas: Sendable {
    public let count: Int
    /// For each replica; where there are checkpoints each has a folder of its own, `replica-1`, in theirs.
    public let options: TrainingOptions

    /// - Throws: `TrainingError` when there is not one replica at least.
    public init(count: Int, options: TrainingOptions) throws(TrainingError) {
        guard count >= 1 else { throw TrainingError(.options, "The number of replicas is \(count); it must be 1 or more.") }
        self.count = count
        self.options = options
    }

    /// Replicas that run at the same time on the CPU.
    private var parallelOnCPU: Int { max(1, min(count, options.threads)) }

    /// Trains all replicas. One that fails does not stop the others.
    ///
    /// - Parameters:
    ///   - model: the untrained model of a replica, by its number from 0.
    ///   - observer: told of every replica, from their threads.
    ///   - shouldStop: asked before every batch of every replica, from their threads; when true all end with the best of what they had.
    /// - Throws: what `model` throws, `ApusCUDA.CUDAError` where a GPU is insisted on, or the first replica's error when all fail.
    public func run(
        training: Examples, validation: Examples?, observer: (any ReplicasObserver)? = nil, shouldStop: @Sendable () -> Bool = { false },
        model: (_ replica: Int) throws -> Model
    ) throws -> ReplicasResult {
        let models = try (0..<count).map(model)
        let seeds = (0..<count).map { options.seed &+ UInt64($0) }
        let outcomes = UnsafeMutableBufferPointer<Result<TrainingResult, any Error>?>.allocate(capacity: count)
        outcomes.initialize(repeating: nil)
        defer {
            outcomes.deinitialize()
            outcomes.deallocate()
        }
        var first = 0
        while first < count {
            let (place, held) = try SharedDevice.open(for: models[first...], seeds: seeds[first...], options)
            if first == 0 { observer?.began(gpu: place.gpu, fallbackReason: place.fallbackReason) }
            let parallel = place.gpu == nil ? parallelOnCPU : held
            // Each replica writes to a place of its own.
            ThreadPool(threads: parallel).run(count: held) { member, _ in
                let number = first + member
                var options = options
                options.seed = seeds[number]
                options.threads = max(1, options.threads / parallel)
                options.checkpoints?.folder += "/replica-\(number + 1)"
                outcomes[number] = Result {
                    try Trainer(model: models[number], options: options, device: place, member: member).fit(
                        training, validation: validation, observer: observer.map { ReplicaObserver(number, $0) }, shouldStop: shouldStop)
                }
                observer?.replicaEnded(number)
            }
            first += held
        }
        return try ReplicasResult(
            outcomes.enumerated().map { number, outcome in (number, seeds[number], models[number], outcome) },
            monitor: options.weightsMonitor(hasValidation: validation != nil))
    }
}

extension TrainingOptions {
    /// What decides which epoch's weights are kept, and so which replica is best.
    fileprivate func weightsMonitor(hasValidation: Bool) -> String {
        callbacks.first(where: \.keepsWeights)?.monitor ?? (hasValidation ? "val_loss" : "loss")
    }
}
