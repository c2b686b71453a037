import ApusData
import ApusNN
import ApusSession
import ApusTraining

extension FitOptions {
    /// What the trainer is told, for a model that learns the training part of `data`.
    ///
    /// - Parameter training: the rows that class weights and schedules are computed from.
    /// - Throws: a mistake at the option that does not fit the model or the data.
    func trainingOptions(
        model: Model, data: any TrainingData, training: Range<Int>, _ cell: CellContext, checkpoints: CheckpointOptions? = nil
    ) throws -> TrainingOptions {
        var options = TrainingOptions(
            epochs: epochs, batchSize: batchSize, optimizer: makeOptimizer(),
            gradientClipping: clipNorm.map { .norm(Double($0.description) ?? Double($0)) },
            callbacks: callbacks + (cell.workspace[WorkspaceKeys.callbacks] ?? []),
            classWeights: try classWeights(model, data, training, at: cell.range(ofOption: "--class-weights")),
            positiveWeights: try positiveWeights(model, data, training, at: cell.range(ofOption: "--positive-weight")),
            seed: UInt64(bitPattern: Int64(seed)), threads: threadCount(cell.environment),
            device: device.trainingDevice, checkpoints: checkpoints)
        options.learningRateSchedule = schedule.learningRateSchedule(
            epochs: epochs, stepsPerEpoch: options.stepsPerEpoch(rows: training.count))
        return options
    }

    private func makeOptimizer() -> any Optimizer {
        switch optimizer {
        case .adam: Adam(learningRate: learningRate)
        case .adamw: AdamW(learningRate: learningRate, weightDecay: Double((weightDecay ?? 0.01).description) ?? 0.01)
        }
    }

    private var callbacks: [any TrainingCallback] {
        let keepBest = keepBest ?? monitor
        var callbacks: [any TrainingCallback] = []
        if earlyStopping > 0 { callbacks.append(EarlyStopping(monitor: monitor, patience: earlyStopping, restoreBestWeights: keepBest == monitor)) }
        // Without a callback that keeps weights the trainer keeps those of the best val_loss.
        if earlyStopping == 0 ? keepBest != "val_loss" : keepBest != monitor { callbacks.append(BestWeights(monitor: keepBest)) }
        if plateauPatience > 0 { callbacks.append(ReduceLROnPlateau(factor: plateauFactor, patience: plateauPatience)) }
        return callbacks
    }

    /// - Throws: a mistake at the option when there is not one weight per class, or no head has classes.
    private func classWeights(
        _ model: Model, _ data: any TrainingData, _ training: Range<Int>, at place: Range<Int>?
    ) throws(CellMistake) -> [String: [Float]] {
        var weights: [String: [Float]] = [:]
        var hasClasses = false
        for head in model.heads {
            guard let target = data.target(head.name), case .classes(let names) = target.kind else { continue }
            hasClasses = true
            let distribution = ClassDistribution(data.labels(target, of: training).map { Int32($0) }, names: names)
            weights[head.name] = try self.weights(for: distribution, at: place)
        }
        guard hasClasses || classWeights == .none else {
            throw CellMistake(
                "ClassWeights", "--class-weights is about heads that learn classes, and this model has none", at: place,
                hint: "leave it out; a head that learns yes or no takes --positive-weight")
        }
        return weights
    }

    func weights(for distribution: ClassDistribution, at place: Range<Int>?) throws(CellMistake) -> [Float]? {
        do throws(CellFailure) {
            return try classWeights.weights(for: distribution)
        } catch {
            throw CellMistake(error.name, error.title, at: place, details: error.details, hint: error.hint)
        }
    }

    private func positiveWeights(
        _ model: Model, _ data: any TrainingData, _ training: Range<Int>, at place: Range<Int>?
    ) throws(CellMistake) -> [String: Float] {
        guard positiveWeight != .none else { return [:] }
        var weights: [String: Float] = [:]
        for head in model.heads {
            guard let target = data.target(head.name), case .binary = target.kind else { continue }
            let yes = data.labels(target, of: training).count { $0 == 1 }
            switch positiveWeight {
            case .none: break
            case .given(let weight): weights[head.name] = weight
            case .balanced:
                guard yes > 0, yes < training.count else {
                    throw CellMistake(
                        "PositiveWeight", "all \(training.count) training rows are \(yes == 0 ? "no" : "yes"), so there is no balance to keep",
                        at: place,
                        hint: "choose another --threshold or --horizon in %%preprocess")
                }
                weights[head.name] = Float(training.count - yes) / Float(yes)
            }
        }
        guard !weights.isEmpty else {
            throw CellMistake(
                "PositiveWeight", "--positive-weight is about a head that learns yes or no, and this model has none", at: place,
                hint: "leave it out; a head that learns classes takes --class-weights")
        }
        return weights
    }
}

extension ScheduleOptions {
    /// nil for a rate that stays as it is.
    func learningRateSchedule(epochs: Int, stepsPerEpoch: Int) -> LearningRateSchedule? {
        let warmup = warmupEpochs > 0 ? LearningRateSchedule.Warmup(steps: warmupEpochs * stepsPerEpoch) : nil
        let every = (scheduleEpochs ?? 10) * stepsPerEpoch
        switch schedule {
        case .constant: return warmup.map { LearningRateSchedule(.constant, warmup: $0) }
        case .step: return LearningRateSchedule(.step(factor: scheduleFactor ?? 0.1, every: every), warmup: warmup)
        case .exponential: return LearningRateSchedule(.exponential(factor: scheduleFactor ?? 0.5, every: every), warmup: warmup)
        case .cosine:
            let steps = max(1, epochs * stepsPerEpoch - (warmup?.steps ?? 0))
            return LearningRateSchedule(.cosine(steps: steps, floor: scheduleFactor ?? 0), warmup: warmup)
        }
    }
}
