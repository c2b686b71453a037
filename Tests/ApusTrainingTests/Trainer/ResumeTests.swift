import ApusTraining
import TestSupport
import Testing

/// The training loop with a small engine: whatever happens in between, a resumed run ends with the bits of one that was never stopped.
@Suite struct ResumeTests {
    private let training: Examples
    private let validation: Examples

    init() throws {
        let all = try linearExamples(rows: 130, seed: 3)
        training = all[0..<100]
        validation = all[100..<130]
    }

    private func options(_ folder: String? = nil, epochs: Int = 6, resume: Bool = false, everySteps: Int? = 2) -> TrainingOptions {
        var options = TrainingOptions(
            epochs: epochs, batchSize: 16, optimizer: Adam(learningRate: 0.05),
            callbacks: [EarlyStopping(patience: 3), ReduceLROnPlateau(patience: 1, minDelta: 0.05)], classWeights: ["direction": [1, 2, 0.5]], seed: 9
        )
        options.checkpoints = folder.map { CheckpointOptions(folder: $0, everySteps: everySteps, resume: resume) }
        return options
    }

    private func loop(_ engine: LinearEngine, _ options: TrainingOptions, training other: Examples? = nil) throws -> TrainingLoop {
        try TrainingLoop(
            engine: engine, inputShape: [6], identity: RunIdentity(), training: other ?? training, validation: validation, options: options)
    }

    private func uninterrupted(_ options: TrainingOptions) throws -> (bits: [UInt32], result: TrainingResult) {
        let engine = LinearEngine(features: 6, classes: 3)
        let result = try loop(engine, options).run(observer: nil, shouldStop: { false })
        return (engine.weights.map(\.bitPattern), result)
    }

    @Test func `interrupted at random places and resumed, the weights and the history are the same to the bit`() throws {
        let reference = try uninterrupted(options())
        #expect(reference.result.outcome == .completed)
        let seed = UInt64.random(in: 0..<1 << 32)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let folder = try TemporaryFolder()
            var interruptions = 0
            while true {
                let engine = LinearEngine(features: 6, classes: 3, seed: interruptions == 0 ? 1 : 77)  // other weights: they come from the file
                var batches = Int(random.next() % 20)
                let result = try loop(engine, options(folder.path, resume: interruptions > 0)).run(observer: nil) {
                    batches -= 1
                    return batches < 0
                }
                if case .interrupted(let epoch, let step) = result.outcome {
                    interruptions += 1
                    #expect(epoch < 6 && step <= 7)
                    continue
                }
                #expect(result.outcome == .completed, "seed \(seed)")
                #expect(engine.weights.map(\.bitPattern) == reference.bits, "seed \(seed), \(interruptions) interruptions")
                #expect(result.history.numbers == reference.result.history.numbers, "seed \(seed)")
                #expect(result.bestEpoch == reference.result.bestEpoch)
                break
            }
            #expect(interruptions > 0, "seed \(seed)")
        }
    }

    @Test func `killed at random steps without a chance to save, the run goes on from its last checkpoint to the same bits`() throws {
        let reference = try uninterrupted(options())
        let seed = UInt64.random(in: 0..<1 << 32)
        var random = SeededGenerator(seed: seed)
        for round in 0..<6 {
            let folder = try TemporaryFolder()
            var next = random.next() % 15
            var resume = false
            while true {
                let engine = LinearEngine(features: 6, classes: 3)
                engine.killAtStep = next
                do {
                    _ = try loop(engine, options(folder.path, resume: resume)).run(observer: nil, shouldStop: { false })
                } catch is LinearEngine.Killed {
                    resume = true
                    next += 3 + random.next() % 15
                    // What a kill may leave behind: half of a temporary file, and in every other round a torn newest checkpoint.
                    try folder.write([1, 2, 3], to: "latest.checkpoint.incomplete")
                    if round % 2 == 1, folder.names.contains("previous.checkpoint") {
                        try folder.write(Array(folder.read("latest.checkpoint").dropLast(5)), to: "latest.checkpoint")
                    }
                    continue
                }
                #expect(engine.weights.map(\.bitPattern) == reference.bits, "seed \(seed), round \(round)")
                break
            }
        }
    }

    @Test func `interrupted during validation it resumes with the validation`() throws {
        let reference = try uninterrupted(options())
        let folder = try TemporaryFolder()
        var batches = 8  // seven of training, one of validation
        let first = try loop(LinearEngine(features: 6, classes: 3), options(folder.path)).run(observer: nil) {
            batches -= 1
            return batches < 0
        }
        #expect(first.outcome == .interrupted(epoch: 0, step: 7))
        #expect(first.bestEpoch == nil && first.history.epochs.isEmpty)
        let engine = LinearEngine(features: 6, classes: 3)
        let second = try loop(engine, options(folder.path, resume: true)).run(observer: nil, shouldStop: { false })
        #expect(second.resumedFrom?.step == 7)
        #expect(engine.weights.map(\.bitPattern) == reference.bits)
    }

    @Test func `a finished run says so, and goes on when asked for more epochs`() throws {
        let longer = try uninterrupted(options(epochs: 9))
        let folder = try TemporaryFolder()
        let shorter = LinearEngine(features: 6, classes: 3)
        _ = try loop(shorter, options(folder.path, epochs: 4)).run(observer: nil, shouldStop: { false })

        let again = LinearEngine(features: 6, classes: 3, seed: 5)
        let result = try loop(again, options(folder.path, epochs: 4, resume: true)).run(observer: nil, shouldStop: { false })
        #expect(result.outcome == .alreadyFinished(reason: "4 epochs are done and 4 were asked for"))
        #expect("\(result)".contains("Nothing left to do: 4 epochs are done"))
        #expect(again.weights == shorter.weights)

        let extended = LinearEngine(features: 6, classes: 3)
        let more = try loop(extended, options(folder.path, epochs: 9, resume: true)).run(observer: nil, shouldStop: { false })
        #expect(more.outcome == longer.result.outcome)
        #expect(more.history.numbers == longer.result.history.numbers)
        #expect(extended.weights.map(\.bitPattern) == longer.bits)
    }

    @Test func `a run that early stopping ended stays ended`() throws {
        let folder = try TemporaryFolder()
        var stopping = options(folder.path, epochs: 50)
        stopping.callbacks = [EarlyStopping(patience: 0, minDelta: 10)]
        _ = try loop(LinearEngine(features: 6, classes: 3), stopping).run(observer: nil, shouldStop: { false })
        stopping.checkpoints?.resume = true
        stopping.epochs = 90
        let result = try loop(LinearEngine(features: 6, classes: 3), stopping).run(observer: nil, shouldStop: { false })
        #expect(result.outcome == .alreadyFinished(reason: "val_loss has not improved since epoch 1 (patience 0)"))
    }

    @Test func `another batch size, seed, optimiser, class weight, callback or data set is refused with both values`() throws {
        let folder = try TemporaryFolder()
        _ = try loop(LinearEngine(features: 6, classes: 3), options(folder.path, epochs: 1)).run(observer: nil, shouldStop: { false })
        let before = try folder.read("latest.checkpoint")
        func refusal(_ change: (inout TrainingOptions) -> Void, training: Examples? = nil) -> String {
            var changed = options(folder.path, resume: true)
            change(&changed)
            do {
                _ = try loop(LinearEngine(features: 6, classes: 3), changed, training: training).run(observer: nil, shouldStop: { false })
                return "accepted"
            } catch let error as CheckpointError {
                #expect(error.code == .mismatch)
                return error.description
            } catch { return "\(error)" }
        }
        #expect(refusal { $0.batchSize = 8 }.contains("batch size was 16 and is now 8"))
        #expect(refusal { $0.seed = 10 }.contains("seed was 9 and is now 10"))
        #expect(refusal { $0.shuffle = false }.contains("shuffling was on and is now off"))
        #expect(refusal { $0.optimizer = Adam(learningRate: 0.01) }.contains("learning rate was 0.05 and is now 0.01"))
        #expect(refusal { $0.optimizer = Adam(learningRate: 0.05, beta1: 0.8) }.contains("beta1: 0.9"))
        #expect(refusal { $0.classWeights = [:] }.contains("class weights of 'direction' was [1.0, 2.0, 0.5] and is now absent"))
        #expect(refusal { $0.callbacks = [EarlyStopping(patience: 4), $0.callbacks[1]] }.contains("patience: 3"))
        #expect(refusal({ _ in }, training: training[0..<99]).contains("training data was [100, 6] "))
        #expect(refusal({ _ in }, training: try linearExamples(rows: 100, seed: 4)).contains("training data was [100, 6] "))
        #expect(try folder.read("latest.checkpoint") == before)
        #expect(refusal { $0.threads = 2 } == "accepted")
    }

    @Test func `without a checkpoint to resume it begins, and says so`() throws {
        let reference = try uninterrupted(options())
        let folder = try TemporaryFolder()
        let engine = LinearEngine(features: 6, classes: 3)
        let result = try loop(engine, options(folder.path, resume: true)).run(observer: nil, shouldStop: { false })
        #expect(result.warnings.count == 1 && result.warnings[0].contains("There is no checkpoint in \(folder.path)"))
        #expect(result.resumedFrom == nil)
        #expect(engine.weights.map(\.bitPattern) == reference.bits)
    }

    @Test func `a run that goes on with other arithmetic says that the bits will differ`() throws {
        let folder = try TemporaryFolder()
        _ = try loop(LinearEngine(features: 6, classes: 3), options(folder.path, epochs: 1)).run(observer: nil, shouldStop: { false })
        let engine = LinearEngine(features: 6, classes: 3)
        engine.arithmetic = "vector"
        let result = try loop(engine, options(folder.path, resume: true)).run(observer: nil, shouldStop: { false })
        #expect(result.warnings.contains { $0.contains("began with scalar arithmetic and goes on with vector") })
    }

    @Test func `a checkpoint that cannot be written is a warning, and the training is not lost`() throws {
        let reference = try uninterrupted(options())
        let folder = try TemporaryFolder()
        let engine = LinearEngine(features: 6, classes: 3)
        let recorder = Recorder()
        recorder.onEpoch = { if $0.epoch == 1 { folder.removeAll() } }
        let result = try loop(engine, options(folder.path)).run(observer: recorder, shouldStop: { false })
        #expect(result.outcome == .completed)
        #expect(recorder.warnings == result.warnings)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("Cannot create \(folder.path)/latest.checkpoint"), "\(result.warnings)")
        #expect(engine.weights.map(\.bitPattern) == reference.bits)
    }
}
