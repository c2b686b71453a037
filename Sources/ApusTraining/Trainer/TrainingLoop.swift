/// The epochs and batches of a run over any engine: the order of rows, callbacks, history, checkpoints, interruption and resuming.
///
/// All that decides the next bits is in `state`, which is what a checkpoint holds; the rest is derived from the arguments.
package final class TrainingLoop {
    let engine: any BatchEngine
    private let training: Examples
    private let validation: Examples?
    let options: TrainingOptions
    private let rowWeights: [[Float]?]
    let scores: BatchScores
    private let order: RowOrder
    let stepsPerEpoch: Int

    var optimizer: any Optimizer
    var callbacks: [any TrainingCallback]
    /// Position, best weights, history and sums; its weights, optimiser and callbacks are filled in when it is saved.
    var state: Checkpoint
    var saver: CheckpointSaver?
    private let fallbackReason: String?
    /// Whether this run has left a checkpoint.
    var hasSaved = false
    private var warnings: [String] = []

    package init(
        engine: any BatchEngine, inputShape: [Int], identity: RunIdentity, training: Examples, validation: Examples?, options: TrainingOptions,
        fallbackReason: String? = nil
    ) throws {
        try DataChecks.check(options, rows: training.count)
        try DataChecks.check(training, "training", inputShape: inputShape, heads: engine.heads)
        if let validation { try DataChecks.check(validation, "validation", inputShape: inputShape, heads: engine.heads) }
        self.engine = engine
        self.training = training
        self.validation = validation
        self.options = options
        self.fallbackReason = fallbackReason
        scores = BatchScores(heads: engine.heads)
        callbacks = try options.resolvedCallbacks(names: scores.names, hasValidation: validation != nil)
        rowWeights = try options.rowWeights(training, heads: engine.heads)
        try DataChecks.check(positiveWeights: options.positiveWeights, heads: engine.heads)
        order = RowOrder(count: training.count, seed: options.seed, shuffles: options.shuffle)
        stepsPerEpoch = options.stepsPerEpoch(rows: training.count)
        optimizer = options.optimizer
        var identity = identity
        if options.checkpoints != nil {
            identity.append(options, callbacks: callbacks)
            identity.append("training data", training.fingerprint)
            if let validation { identity.append("validation data", validation.fingerprint) }
        }
        state = Checkpoint(identity: identity, arithmetic: engine.arithmetic, scores: scores.empty)
    }

    /// Trains until the epochs are done, a callback stops, or `shouldStop` says so, which is asked before every batch.
    ///
    /// - Throws: `TrainingError.diverged`, `CheckpointError`, or what the engine throws; the engine then has the weights it began with.
    package func run(observer: (any TrainingObserver)?, shouldStop: () -> Bool) throws -> TrainingResult {
        let initial = try engine.readWeights()
        do {
            return try runOrThrow(observer, shouldStop)
        } catch {
            // Of a device that is lost the model's own parameters are restored nevertheless.
            try? engine.writeWeights(initial)
            throw error
        }
    }

    private func runOrThrow(_ observer: (any TrainingObserver)?, _ shouldStop: () -> Bool) throws -> TrainingResult {
        let resumedFrom = try openCheckpoints(observer)
        if resumedFrom == nil { try engine.begin(training) }
        try engine.load(optimizer)
        observer?.trainingBegan(plan)
        if resumedFrom != nil, let reason = finishedReason { return try finish(.alreadyFinished(reason: reason), resumedFrom, observer) }
        while state.position.epoch < options.epochs {
            guard try trainEpoch(observer, shouldStop), let validationLogs = try validate(observer, shouldStop) else {
                try save(observer)
                return try finish(.interrupted(epoch: state.position.epoch, step: state.position.step), resumedFrom, observer)
            }
            if let stopReason = try endEpoch(validationLogs, observer) { return try finish(.stoppedEarly(reason: stopReason), resumedFrom, observer) }
        }
        return try finish(.completed, resumedFrom, observer)
    }

    private var plan: TrainingPlan {
        let names = scores.names
        return TrainingPlan(
            device: engine.deviceName, fallbackReason: fallbackReason, epochs: options.epochs, stepsPerEpoch: stepsPerEpoch,
            trainingRows: training.count, validationRows: validation?.count ?? 0,
            logNames: names + (validation == nil ? [] : names.map { "val_\($0)" }), resumed: state.history,
            firstEpoch: state.position.epoch, firstStep: state.position.step)
    }

    // MARK: Epochs

    /// The rest of the present epoch's batches; false when interrupted.
    private func trainEpoch(_ observer: (any TrainingObserver)?, _ shouldStop: () -> Bool) throws -> Bool {
        let rows = order.rows(epoch: state.position.epoch)
        let clock = EpochClock(before: state.runningSeconds)
        defer { state.runningSeconds = clock.seconds }
        var constant = ConstantOutputs(heads: engine.heads)
        while state.position.step < stepsPerEpoch {
            if shouldStop() { return false }
            let batches = nextBatches(of: rows)
            let rates = batches.indices.map { scheduled(step: state.position.globalStep + UInt64($0)) }
            var done = 0
            do {
                let burst = BatchBurst(training, rowWeights: rowWeights, batches: batches, step: state.position.globalStep)
                try engine.train(burst, rates: rates, optimizer: &optimizer, clipping: options.gradientClipping) { index, losses in
                    done = index + 1
                    scores.add(losses, engine, training, batches[index], to: &state.scores)
                    state.position.step += 1
                    state.position.globalStep += 1
                    if validation == nil { constant.add(engine, rows: batches[index].count) }
                    observer?.batchEnded(
                        BatchProgress(
                            epoch: state.position.epoch, epochs: options.epochs, step: state.position.step, stepsPerEpoch: stepsPerEpoch,
                            learningRate: rates[index], running: state.running, seconds: clock.seconds))
                }
            } catch let fault as BatchFault {
                throw diverged(fault.what, training, batches[done])
            }
            if let saver, state.position.step < stepsPerEpoch, saver.isDue(step: state.position.step) {
                state.runningSeconds = clock.seconds
                try save(observer)
            }
        }
        for text in constant.warnings("training") { warn(text, observer) }
        return true
    }

    /// The batches that the engine does next, up to the end of the epoch or the step after which a checkpoint is due.
    private func nextBatches(of rows: [Int]) -> [ArraySlice<Int>] {
        let first = state.position.step
        var end = min(first + engine.batchesAtOnce, stepsPerEpoch)
        if let every = options.checkpoints?.everySteps { end = min(end, (first / every + 1) * every) }
        return (first..<end).map { step in rows[step * options.batchSize..<min((step + 1) * options.batchSize, rows.count)] }
    }

    private func scheduled(step: UInt64) -> Float {
        guard let schedule = options.learningRateSchedule else { return optimizer.learningRate }
        return Float(Double(optimizer.learningRate) * schedule.factor(step: step))
    }

    /// The rate of the last step that was done.
    private var lastLearningRate: Float { scheduled(step: max(state.position.globalStep, 1) - 1) }

    /// Losses and scores of the validation set, without row weights; nil when interrupted.
    private func validate(_ observer: (any TrainingObserver)?, _ shouldStop: () -> Bool) throws -> Logs? {
        guard let validation else { return Logs() }
        let clock = EpochClock(before: state.runningSeconds)
        defer { state.runningSeconds = clock.seconds }
        let rows = Array(0..<validation.count)
        let unweighted = [[Float]?](repeating: nil, count: engine.heads.count)
        var epoch = scores.empty
        var constant = ConstantOutputs(heads: engine.heads)
        let all = stride(from: 0, to: rows.count, by: options.batchSize).map { rows[$0..<min($0 + options.batchSize, rows.count)] }
        var next = 0
        while next < all.count {
            if shouldStop() { return nil }
            // How many the engine takes at once may change from burst to burst.
            let batches = Array(all[next...].prefix(engine.batchesAtOnce))
            next += batches.count
            var done = 0
            do {
                try engine.evaluate(BatchBurst(validation, rowWeights: unweighted, batches: batches, step: 0)) { index, losses in
                    done = index + 1
                    scores.add(losses, engine, validation, batches[index], to: &epoch)
                    constant.add(engine, rows: batches[index].count)
                }
            } catch let fault as BatchFault {
                throw diverged("on the validation set, \(fault.what)", validation, batches[done])
            }
        }
        for text in constant.warnings("validation") { warn(text, observer) }
        var logs = Logs()
        for (name, value) in epoch.logs { logs["val_\(name)"] = value }
        return logs
    }

    /// Records the epoch, asks the callbacks, saves; the reason to stop, if any.
    private func endEpoch(_ validationLogs: Logs, _ observer: (any TrainingObserver)?) throws -> String? {
        var logs = state.scores.logs
        for (name, value) in validationLogs { logs[name] = value }
        let record = EpochRecord(
            epoch: state.position.epoch, logs: logs, learningRate: lastLearningRate, seconds: state.runningSeconds)
        state.history.epochs.append(record)

        var notes: [String] = []
        var stopReason: String?
        var isBest = false
        for index in callbacks.indices {
            guard let value = logs[callbacks[index].monitor] else {  // the name was checked before the first batch
                warn(
                    "'\(callbacks[index].monitor)', which \(callbacks[index].settings) looks at, is undefined in some epochs: no row is predicted "
                        + "positive, or all rows are of one class. Such epochs are passed over.", observer)
                continue
            }
            for action in callbacks[index].epochEnded(record.epoch, value: value, learningRate: optimizer.learningRate) {
                switch action {
                case .keepWeights:
                    state.best = Checkpoint.Best(epoch: record.epoch, weights: try engine.readWeights())
                    isBest = true
                    notes.append("best \(callbacks[index].monitor) so far")
                case .setLearningRate(let rate):
                    optimizer.learningRate = rate
                    notes.append("learning rate reduced to \(rate)" + (options.learningRateSchedule == nil ? "" : ", which the schedule scales"))
                case .stop(let reason):
                    stopReason = reason
                    notes.append("stopped: \(reason)")
                }
            }
        }
        state.position.epoch += 1
        state.position.step = 0
        state.scores = scores.empty
        state.runningSeconds = 0
        state.ended = stopReason.map(Checkpoint.End.callback) ?? (state.position.epoch >= options.epochs ? .epochs : nil)
        try save(best: isBest, observer)
        observer?.epochEnded(record, notes: notes)
        return stopReason
    }

    /// Ends with the weights of the best epoch where they are kept.
    private func finish(
        _ outcome: TrainingResult.Outcome, _ resumedFrom: Checkpoint.Position?, _ observer: (any TrainingObserver)?
    ) throws -> TrainingResult {
        if let best = state.best { try engine.writeWeights(best.weights) } else { try engine.synchronize() }
        let result = TrainingResult(
            outcome: outcome, history: state.history, bestEpoch: state.best?.epoch, resumedFrom: resumedFrom, warnings: warnings)
        observer?.trainingEnded(result)
        return result
    }

    private func diverged(_ fault: String, _ examples: Examples, _ rows: ArraySlice<Int>) -> TrainingError {
        .diverged(
            fault, state: state, learningRate: scheduled(step: state.position.globalStep), inputs: examples.inputs, rows: rows, saved: saver != nil)
    }

    /// Tells the observer and the result, each thing once.
    func warn(_ message: String, _ observer: (any TrainingObserver)?) {
        guard !warnings.contains(message) else { return }
        warnings.append(message)
        observer?.warned(message)
    }
}
