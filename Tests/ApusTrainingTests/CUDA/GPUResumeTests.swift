import ApusNN
import ApusTraining
import CUDATestSupport
import TestSupport
import Testing

/// Runs on the mock GPU that were interrupted, and go on there or on the CPU.
@Suite struct GPUResumeTests {
    private let run: GPURun

    init() throws { run = try GPURun() }

    /// Stops as soon as it may once `count` batches are done; the model and the number of batches.
    private func interrupted(after count: Int, _ device: TrainingDevice, in folder: TemporaryFolder) throws -> (model: Model, batches: Int) {
        let (model, recorder) = (try GPURun.model(), Recorder())
        let options = GPURun.options(device: device, folder: folder, everySteps: 2)
        let result = try run.fit(model, options, on: FakeCUDA(), observer: recorder) { recorder.batches.count >= count }
        let done = recorder.batches.count
        #expect(
            result.outcome == .interrupted(epoch: done / GPURun.stepsPerEpoch, step: done % GPURun.stepsPerEpoch) && done <= count + 1, "\(result)")
        return (model, done)
    }

    @Test func `interrupted anywhere and resumed, the bits of a run that was never stopped`() throws {
        let reference = try run.trained(GPURun.options())
        let seed = UInt64.random(in: 0..<1 << 32)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3 {
            let folder = try TemporaryFolder()
            var interruptions = 0
            while true {
                // Another mock driver, as in another process.
                let model = try GPURun.model()
                var left = Int(random.next() % 9)
                let options = GPURun.options(folder: folder, resume: interruptions > 0, everySteps: 2)
                let result = try run.fit(model, options, on: FakeCUDA()) {
                    left -= 1
                    return left < 0
                }
                if case .interrupted(let epoch, let step) = result.outcome {
                    interruptions += 1
                    #expect(epoch < 4 && step <= GPURun.stepsPerEpoch, "seed \(seed)")
                    continue
                }
                #expect(result.outcome == .completed && result.warnings.isEmpty, "seed \(seed): \(result.warnings)")
                #expect(model.bits == reference.model.bits, "seed \(seed), \(interruptions) interruptions")
                #expect(result.history.numbers == reference.result.history.numbers, "seed \(seed)")
                break
            }
            #expect(interruptions > 0, "seed \(seed)")
        }
    }

    @Test func `an interruption in the middle of an epoch leaves the weights of its last batch`() throws {
        let folder = try TemporaryFolder()
        let (model, batches) = try interrupted(after: 3, .cuda, in: folder)
        let saved = try #require(try CheckpointFolder.read("\(folder.path)/latest.checkpoint"))
        #expect(saved.position.epoch == 0 && saved.position.step == batches)
        #expect(saved.arithmetic == "cuda-sm_80")
        #expect(saved.weights == model.weights().flatMap { $0 })
        #expect(try model.difference(to: GPURun.model()) > 0)
        #expect(saved.optimizer.iterations == UInt64(batches))
        let moments = try #require(saved.optimizer.slots["momentum"])
        #expect(moments.count == model.parameterCount && moments.contains { $0 != 0 })
    }

    @Test(arguments: [TrainingDevice.cuda, .cpu])
    func `a run that changes the device says so, and ends beside the others`(first: TrainingDevice) throws {
        let second: TrainingDevice = first == .cuda ? .cpu : .cuda
        let folder = try TemporaryFolder()
        _ = try interrupted(after: 9, first, in: folder)
        let (model, recorder) = (try GPURun.model(), Recorder())
        let result = try run.fit(
            model, GPURun.options(device: second, folder: folder, resume: true, everySteps: 2), on: FakeCUDA(), observer: recorder)
        #expect(result.outcome == .completed)
        let onGPU = "cuda-sm_80"
        let warning = try #require(result.warnings.first)
        #expect(result.warnings.count == 1 && recorder.warnings == result.warnings)
        #expect(warning.contains(first == .cuda ? "began with \(onGPU) arithmetic" : "goes on with \(onGPU)"), "\(warning)")
        #expect(recorder.plans.first?.device == (second == .cuda ? "Fake GPU" : "CPU"))
        #expect(try model.difference(to: run.trained(GPURun.options(device: .cpu)).model) < 1e-4)
    }

    @Test func `a finished run goes on for more epochs`() throws {
        let folder = try TemporaryFolder()
        try run.fit(GPURun.model(), GPURun.options(epochs: 2, folder: folder), on: FakeCUDA())
        let model = try GPURun.model()
        try run.fit(model, GPURun.options(epochs: 4, folder: folder, resume: true), on: FakeCUDA())
        #expect(try model.bits == run.trained(GPURun.options(epochs: 4)).model.bits)
    }
}
