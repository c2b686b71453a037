import ApusNN
import ApusTensor
import ApusTraining
import TestSupport
import Testing

/// What a run does to each step: the schedule of the learning rate, the clipping of gradients, and the weight of positive examples.
@Suite struct StepOptionsTests {
    private let all: Examples

    init() throws { all = try linearExamples(rows: 130, seed: 3) }

    private func options(_ folder: String? = nil, resume: Bool = false) -> TrainingOptions {
        TrainingOptions(
            epochs: 5, batchSize: 16, optimizer: AdamW(learningRate: 0.05),
            learningRateSchedule: LearningRateSchedule(.cosine(steps: 30, floor: 0.1), warmup: .init(steps: 4)), gradientClipping: .norm(0.3),
            callbacks: [ReduceLROnPlateau(patience: 1, minDelta: 0.05)], seed: 9,
            checkpoints: folder.map { CheckpointOptions(folder: $0, everySteps: 2, resume: resume) })
    }

    private func loop(_ engine: LinearEngine, _ options: TrainingOptions) throws -> TrainingLoop {
        try TrainingLoop(
            engine: engine, inputShape: [6], identity: RunIdentity(), training: all[0..<100], validation: all[100..<130], options: options)
    }

    private func bits(_ options: TrainingOptions) throws -> [UInt32] {
        let engine = LinearEngine(features: 6, classes: 3)
        _ = try loop(engine, options).run(observer: nil, shouldStop: { false })
        return engine.weights.map(\.bitPattern)
    }

    // MARK: Schedules

    @Test func `every step has the rate of the schedule, times what the plateau makes of it`() throws {
        let recorder = Recorder()
        let options = options()
        let result = try loop(LinearEngine(features: 6, classes: 3), options).run(observer: recorder, shouldStop: { false })
        var base: Float = 0.05
        var reductions = 0
        for (step, batch) in recorder.batches.enumerated() {
            let factor = try #require(options.learningRateSchedule).factor(step: UInt64(step))
            let isReduced = step > 0 && batch.step == 1 && batch.learningRate < 0.6 * base * Float(factor)
            if isReduced { (base, reductions) = (base / 2, reductions + 1) }
            #expect(batch.learningRate == Float(Double(base) * factor), "step \(step)")
            if batch.step == batch.stepsPerEpoch { #expect(result.history.epochs[batch.epoch].learningRate == batch.learningRate) }
        }
        #expect(recorder.batches.count == 5 * options.stepsPerEpoch(rows: 100) && options.stepsPerEpoch(rows: 100) == 7)
        #expect(reductions > 0, "the plateau takes part in this test")
    }

    @Test func `a constant schedule changes nothing, another one does`() throws {
        var plain = options()
        plain.learningRateSchedule = nil
        var constant = plain
        constant.learningRateSchedule = LearningRateSchedule(.constant)
        #expect(try bits(constant) == bits(plain))
        #expect(try bits(options()) != bits(plain))
    }

    // MARK: Clipping

    @Test func `a bound that is never reached changes nothing, others do`() throws {
        var plain = options()
        plain.gradientClipping = nil
        for (clipping, isEqual) in [(GradientClipping.norm(1e6), true), (.value(1e6), true), (.norm(0.01), false), (.value(0.001), false)] {
            var clipped = plain
            clipped.gradientClipping = clipping
            #expect(try (bits(clipped) == bits(plain)) == isEqual, "\(clipping)")
        }
    }

    @Test func `a model of layers has the same bits for any number of threads`() throws {
        var numbers = SeededGenerator(seed: 4)
        let examples = try Examples(
            inputs: Tensor(shape: [96, 6, 5], (0..<96 * 30).map { _ in numbers.signed() }),
            targets: ["y": Tensor(shape: [96, 1], (0..<96).map { _ in 10 * numbers.signed() })])
        func weights(_ clipping: GradientClipping?, threads: Int) throws -> [[Float]] {
            let model = try Model(inputShape: [6, 5], seed: 1) {
                LSTM(80)
                Head("y", loss: .meanSquaredError) { Dense(1) }
            }
            let options = TrainingOptions(epochs: 2, batchSize: 48, gradientClipping: clipping, threads: threads)
            try Trainer(model: model, options: options).fit(examples)
            return model.weights()
        }
        let reference = try weights(.norm(0.1), threads: 1)
        #expect(try weights(.norm(0.1), threads: 3) == reference)
        #expect(try weights(nil, threads: 1) != reference)
    }

    // MARK: Positive weights

    private func binary(_ weight: Double = 1, _ options: TrainingOptions) throws -> (weights: [[Float]], result: TrainingResult) {
        let model = try Model(inputShape: [6], seed: 1) {
            Head("up", loss: .binaryCrossEntropy, positiveWeight: weight) { Dense(1, activation: .sigmoid) }
        }
        let up = all.targets["bars"]!.scalars.map { $0 > 0.4 ? Float(1) : 0 }
        let examples = try Examples(inputs: all.inputs, targets: ["up": Tensor(shape: [130, 1], up)])
        let result = try Trainer(model: model, options: options).fit(examples[0..<100], validation: examples[100..<130])
        return (model.weights(), result)
    }

    @Test func `a run's positive weight is used instead of the head's, in training and in validation`() throws {
        var options = TrainingOptions(epochs: 3, batchSize: 16)
        let declared = try binary(2.5, options)
        let plain = try binary(1, options)
        options.positiveWeights = ["up": 2.5]
        let overridden = try binary(7, options)
        #expect(overridden.weights == declared.weights && declared.weights != plain.weights)
        #expect(overridden.result.history.numbers == declared.result.history.numbers)
        let losses = [declared, plain].map { $0.result.history["val_loss"][0] ?? .nan }
        #expect(losses[0] > 1.05 * losses[1])
    }

    // MARK: Checkpoints

    @Test func `stopped anywhere and resumed, the same bits`() throws {
        let reference = try bits(options())
        let seed = UInt64.random(in: 0..<1 << 32)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let folder = try TemporaryFolder()
            var resume = false
            while true {
                let engine = LinearEngine(features: 6, classes: 3, seed: resume ? 77 : 1)
                var batches = Int(random.next() % 20)
                let result = try loop(engine, options(folder.path, resume: resume)).run(observer: nil) {
                    batches -= 1
                    return batches < 0
                }
                resume = true
                if case .interrupted = result.outcome { continue }
                #expect(engine.weights.map(\.bitPattern) == reference, "seed \(seed)")
                break
            }
        }
    }

    @Test func `a run is not continued with another schedule, clipping or positive weight`() throws {
        func refusal(_ change: (inout TrainingOptions) -> Void) throws -> String {
            let folder = try TemporaryFolder()
            var first = TrainingOptions(
                epochs: 1, batchSize: 16, learningRateSchedule: LearningRateSchedule(.step(factor: 0.5, every: 100)), gradientClipping: .value(1),
                positiveWeights: ["up": 2], checkpoints: CheckpointOptions(folder: folder.path))
            _ = try binary(1, first)
            first.epochs = 2
            first.checkpoints?.resume = true
            change(&first)
            do {
                _ = try binary(1, first)
                return "continued"
            } catch let error as CheckpointError { return error.description }
        }
        #expect(try refusal { _ in } == "continued")
        #expect(
            try refusal { $0.learningRateSchedule?.decay = .step(factor: 0.25, every: 100) }.contains(
                "learning rate schedule was step(factor: 0.5, every: 100) and is now step(factor: 0.25, every: 100)"))
        #expect(
            try refusal { $0.learningRateSchedule?.warmup = .init(steps: 3) }.contains(
                "is now step(factor: 0.5, every: 100), warmup: 3 steps from 0.01"))
        #expect(try refusal { $0.learningRateSchedule = nil }.contains("and is now absent"))
        #expect(try refusal { $0.gradientClipping = .norm(1) }.contains("gradient clipping was value(1.0) and is now norm(1.0)"))
        #expect(try refusal { $0.positiveWeights = [:] }.contains("positive weight of 'up' was 2.0 and is now absent"))
    }

    // MARK: Refusals

    @Test func `options out of range are refused with their value and rule`() throws {
        func message(_ change: (inout TrainingOptions) -> Void) throws -> String {
            var options = TrainingOptions(epochs: 1, batchSize: 16)
            change(&options)
            do {
                _ = try binary(1, options)
                return "accepted"
            } catch let error as TrainingError {
                #expect(error.code == .options)
                return error.description
            }
        }
        func schedule(_ decay: LearningRateSchedule.Decay, _ warmup: LearningRateSchedule.Warmup? = nil) throws -> String {
            try message { $0.learningRateSchedule = LearningRateSchedule(decay, warmup: warmup) }
        }
        #expect(try schedule(.constant) == "accepted")
        for factor in [0, -1, 1.5, .nan, .infinity] {
            let expected = "The factor of the learning rate schedule is \(factor); it must be above 0 and at most 1."
            #expect(try schedule(.step(factor: factor, every: 1)) == expected)
            #expect(try schedule(.exponential(factor: factor, every: 1)) == expected)
        }
        #expect(try schedule(.step(factor: 0.5, every: 0)).contains("is 0; it must be 1 or more"))
        #expect(try schedule(.cosine(steps: 0, floor: 0)).contains("steps of the cosine schedule is 0; it must be 1 or more"))
        #expect(try schedule(.cosine(steps: 5, floor: 1.1)).contains("floor of the cosine schedule is 1.1"))
        #expect(try schedule(.cosine(steps: 5, floor: .nan)).contains("floor of the cosine schedule is nan"))
        #expect(try schedule(.constant, .init(steps: 0)).contains("warm-up steps is 0; it must be 1 or more"))
        #expect(try schedule(.constant, .init(steps: 2, start: 0)).contains("start of the warm-up is 0.0"))
        for maximum in [0, -1, .nan, .infinity, 1e-60] {
            let expected = "The maximum of the gradient clipping is \(maximum); it must be a finite number above 0."
            #expect(try message { $0.gradientClipping = .norm(maximum) } == expected)
            #expect(try message { $0.gradientClipping = .value(maximum) } == expected)
        }
        for weight in [0, -1, Float.nan, .infinity] {
            #expect(
                try message { $0.positiveWeights = ["up": weight] }
                    == "The positive weight of head 'up' is \(weight); it must be a finite number above 0.")
        }
        #expect(
            try message { $0.positiveWeights = ["down": 2] }.contains("given for 'down', which is no head with a binary cross-entropy. There is: up.")
        )
    }
}
