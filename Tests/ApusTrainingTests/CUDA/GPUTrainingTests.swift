import ApusNN
import ApusTensor
import ApusTraining
import CUDATestSupport
import TestSupport
import Testing

/// `Trainer` with a mock GPU: the losses, scores and weights of the CPU but for the order of sums, and the same bits run after run.
@Suite struct GPUTrainingTests {
    private let run: GPURun

    init() throws { run = try GPURun() }

    @Test func `losses, scores, rates and weights are beside the CPU's`() throws {
        let gpu = try run.trained(GPURun.options())
        let cpu = try run.trained(GPURun.options(device: .cpu))
        #expect(gpu.recorder.plans.map(\.device) == ["Fake GPU"] && cpu.recorder.plans.map(\.device) == ["CPU"])
        #expect(gpu.recorder.batches.count == 4 * GPURun.stepsPerEpoch)
        #expect(relativeError(Array(gpu.recorder.losses.prefix(10)), Array(cpu.recorder.losses.prefix(10))) < 1e-5)
        #expect(relativeError(gpu.recorder.losses, cpu.recorder.losses) < 1e-4)
        #expect(gpu.recorder.batches.map(\.learningRate) == cpu.recorder.batches.map(\.learningRate))
        #expect(gpu.result.history.names == cpu.result.history.names && gpu.result.history.names.contains("val_kind_accuracy"))
        for (onGPU, onCPU) in zip(gpu.result.history.epochs, cpu.result.history.epochs) {
            #expect(relativeError(onGPU.logs.map(\.1), onCPU.logs.map(\.1), floor: 0.1) < 1e-3)
        }
        #expect(gpu.result.bestEpoch == cpu.result.bestEpoch)
        #expect(gpu.model.difference(to: cpu.model) < 1e-4)
        #expect(try gpu.model.difference(to: GPURun.model()) > 0.02, "the model has learned")
    }

    @Test func `the same bits twice`() throws {
        let (first, second) = (try run.trained(GPURun.options()), try run.trained(GPURun.options()))
        #expect(first.model.bits == second.model.bits)
        #expect(first.result.history.numbers == second.result.history.numbers)
    }

    /// Bursts end where a checkpoint is due, so saving often means short bursts.
    @Test func `bursts of any length make the same bits`() throws {
        let whole = try run.trained(GPURun.options())
        for steps in [1, 2, 4] {
            let folder = try TemporaryFolder()
            let cut = try run.trained(GPURun.options(folder: folder, everySteps: steps))
            #expect(cut.model.bits == whole.model.bits, "bursts of \(steps)")
            #expect(cut.result.history.numbers == whole.result.history.numbers, "bursts of \(steps)")
        }
    }

    @Test func `each option of a step makes a difference, and the same as on the CPU`() throws {
        let plain = try run.trained(GPURun.options(epochs: 2))
        let changes: [(String, (inout TrainingOptions) -> Void)] = [
            ("schedule", { $0.learningRateSchedule = nil }), ("clipping", { $0.gradientClipping = nil }),
            ("clipping by value", { $0.gradientClipping = .value(0.02) }), ("class weights", { $0.classWeights = [:] }),
            ("positive weights", { $0.positiveWeights = [:] }), ("Adam", { $0.optimizer = Adam(learningRate: 0.02) }),
            ("order", { $0.shuffle = false }), ("seed", { $0.seed = 4 }), ("batch size", { $0.batchSize = 11 }),
        ]
        for (name, change) in changes {
            var options = GPURun.options(epochs: 2)
            change(&options)
            let gpu = try run.trained(options)
            options.device = .cpu
            let cpu = try run.trained(options)
            #expect(gpu.model.difference(to: cpu.model) < 1e-4, "\(name)")
            #expect(gpu.model.difference(to: plain.model) > 3e-4, "\(name)")
        }
    }

    @Test func `it ends with the weights of the best epoch, which callbacks and checkpoints see too`() throws {
        let folder = try TemporaryFolder()
        var options = GPURun.options(epochs: 12, folder: folder)
        // So fast that it soon gets worse.
        options.optimizer = Adam(learningRate: 0.3)
        (options.learningRateSchedule, options.callbacks) = (nil, [EarlyStopping(patience: 1)])
        let (model, result, _) = try run.trained(options)
        guard case .stoppedEarly = result.outcome else {
            Issue.record("\(result)")
            return
        }
        let best = try #require(result.bestEpoch)
        #expect(best == result.history.epochs.count - 2)
        var shorter = options
        (shorter.epochs, shorter.checkpoints) = (best + 1, nil)
        #expect(try run.trained(shorter).model.bits == model.bits)
        let saved = try #require(try CheckpointFolder.read("\(folder.path)/best.checkpoint"))
        #expect(saved.best?.weights == model.weights().flatMap { $0 })
    }

    @Test func `without validation, and with an epoch of one batch`() throws {
        for rows in [3, 8, 20] {
            var options = GPURun.options(epochs: 3)
            (options.callbacks, options.batchSize) = ([], min(8, rows))
            let fake = try FakeCUDA()
            let models = try [TrainingDevice.cuda, .cpu].map { device in
                let model = try GPURun.model()
                options.device = device
                try Trainer(model: model, options: options.on(fake)).fit(run.training[0..<rows])
                return model
            }
            #expect(models[0].difference(to: models[1]) < 1e-4)
        }
    }

    @Test func `the device's memory is given back`() throws {
        let fake = try FakeCUDA()
        try run.fit(GPURun.model(), GPURun.options(epochs: 1), on: fake)
        #expect(fake.statistics.launches > 0)
        #expect(fake.statistics.allocations == 0 && fake.statistics.hostAllocations == 0)
    }
}
