import ApusCUDA
public import ApusNN
import ApusTensor

/// Trains one model per fold and lets it predict the rows after those it has seen, as it would have been used in time.
///
/// ```swift
/// let folds = try WalkForwardFolds(rows: all.count, folds: 5, gap: 4)
/// let result = try WalkForward(folds: folds, options: options).run(
///     examples: { fold in
///         let scaler = try fit(rows[fold.training])  // of this fold's training rows only
///         return FoldExamples(training: ..., validation: ..., evaluation: ...)
///     },
///     model: { _ in try Model(inputShape: [24, 80], seed: 1) { ... } })
/// let error = try result.statistic { fold in try RegressionMetrics(...).rootMeanSquaredError }
/// print(error)  // 0.0123 ± 0.0011 (n = 5)
/// ```
/// Folds do not depend on one another and are trained several at a time; which run together changes no bit of the results.
public struct WalkForward: Sendable {
    public let folds: WalkForwardFolds
    /// For each fold; its `threads` are shared by those that run together, and where there are checkpoints each fold has a folder of its own,
    /// `fold-1`, in theirs.
    public let options: TrainingOptions
    /// Folds that run at the same time on the CPU, each with its examples in memory. A GPU runs all at the same time, one beside the other,
    /// or as many as were asked for.
    public let parallelFolds: Int
    private let askedParallelFolds: Int?
    /// Threads that each of them computes with.
    public var threadsPerFold: Int { max(1, options.threads / parallelFolds) }

    /// - Parameter parallelFolds: at most so many folds at a time; nil for as many as there are threads.
    /// - Throws: `TrainingError` when it is below 1.
    public init(folds: WalkForwardFolds, options: TrainingOptions, parallelFolds: Int? = nil) throws(TrainingError) {
        if let parallelFolds, parallelFolds < 1 {
            throw TrainingError(.options, "The number of folds at the same time is \(parallelFolds); it must be 1 or more.")
        }
        self.folds = folds
        self.options = options
        askedParallelFolds = parallelFolds
        self.parallelFolds = max(1, min(folds.count, options.threads, parallelFolds ?? folds.count))
    }

    /// Trains and evaluates all folds.
    ///
    /// A fold that fails does not stop the others; its error is in the result.
    ///
    /// - Parameters:
    ///   - examples: makes the rows of a fold. It is called on a thread of the fold, several at a time; whatever is fitted to data, such as a
    ///     scaler, must be fitted to `fold.training` alone.
    ///   - model: makes the untrained model of a fold, anew each time it is called.
    ///   - observer: told of every fold, from the threads of the folds.
    ///   - shouldStop: asked before every batch of every fold, from their threads; when true all end, and folds not begun are not.
    public func run(
        examples: @Sendable (WalkForwardFolds.Fold) throws -> FoldExamples, model: @Sendable (WalkForwardFolds.Fold) throws -> Model,
        observer: (any WalkForwardObserver)? = nil, shouldStop: @Sendable () -> Bool = { false }
    ) -> WalkForwardResult {
        let outcomes = UnsafeMutableBufferPointer<FoldResult?>.allocate(capacity: folds.count)
        outcomes.initialize(repeating: nil)
        defer {
            outcomes.deinitialize()
            outcomes.deallocate()
        }
        // A GPU holds the models of all folds from the beginning.
        let models = options.device == .cpu ? nil : try? (0..<folds.count).map { try model(folds[$0]) }
        var first = 0
        while first < folds.count {
            let (place, held): (SharedDevice, Int)
            do {
                (place, held) = try device(models?[first...])
            } catch {
                for index in first..<folds.count { outcomes[index] = FoldResult(fold: folds[index], outcome: .failed(error)) }
                break
            }
            if first == 0 { observer?.began(gpu: place.gpu, fallbackReason: place.fallbackReason) }
            // Each fold writes to a place of its own.
            ThreadPool(threads: place.gpu == nil ? parallelFolds : held).run(count: held) { member, _ in
                let fold = folds[first + member]
                observer?.foldBegan(fold)
                let result = FoldResult(
                    fold: fold,
                    outcome: outcome(of: fold, examples, { try models?[fold.index] ?? model($0) }, (place, member), observer, shouldStop))
                observer?.foldEnded(result)
                outcomes[fold.index] = result
            }
            first += held
        }
        return WalkForwardResult(folds: outcomes.compactMap { $0 })
    }

    /// Where the next folds are trained, and how many of them; all of them where each fold has a model of its own kind.
    private func device(_ models: ArraySlice<Model>?) throws(CUDAError) -> (SharedDevice, Int) {
        guard let models else { return (.own, folds.count) }
        let wanted = models.prefix(askedParallelFolds ?? models.count)
        let (place, held) = try SharedDevice.open(for: wanted, seeds: ArraySlice(wanted.map { _ in options.seed }), options)
        return place.gpu == nil ? (place, models.count) : (place, held)
    }

    private func outcome(
        of fold: WalkForwardFolds.Fold, _ examples: (WalkForwardFolds.Fold) throws -> FoldExamples,
        _ makeModel: (WalkForwardFolds.Fold) throws -> Model, _ place: (device: SharedDevice, member: Int), _ observer: (any WalkForwardObserver)?,
        _ shouldStop: () -> Bool
    ) -> FoldResult.Outcome {
        if shouldStop() { return .interrupted(nil) }
        do {
            let rows = try examples(fold)
            guard rows.evaluation.count > 0 else {
                throw TrainingError(.data, "There are no rows to evaluate in \(fold.evaluation).")
            }
            let model = try makeModel(fold)
            var options = options
            options.threads = threadsPerFold
            options.checkpoints?.folder += "/fold-\(fold.index + 1)"
            let training = try Trainer(model: model, options: options, device: place.device, member: place.member).fit(
                rows.training, validation: rows.validation, observer: observer.map { FoldObserver(fold, $0) }, shouldStop: shouldStop)
            if case .interrupted = training.outcome { return .interrupted(training) }
            guard let outputs = try predict(rows.evaluation.inputs, model, shouldStop) else { return .interrupted(training) }
            return .trained(
                TrainedFold(
                    training: training, model: model,
                    predictions: Dictionary(uniqueKeysWithValues: zip(model.heads.map(\.name), outputs)), evaluation: rows.evaluation))
        } catch {
            return .failed(error)
        }
    }

    /// nil when interrupted.
    private func predict(_ inputs: Tensor, _ model: Model, _ shouldStop: () -> Bool) throws -> [Tensor]? {
        do {
            return try model.predict(inputs, threads: threadsPerFold, shouldStop: shouldStop)
        } catch {
            if error.code == .interrupted { return nil }
            throw error
        }
    }
}
