import ApusCUDA
import ApusNN
import ApusTraining
import CUDATestSupport
import TestSupport
import Testing

/// A GPU that is lost or full in the middle of a run: the CPU goes on where it may, and nothing is left half done where it may not.
@Suite struct GPULossTests {
    private let run: GPURun

    init() throws { run = try GPURun() }

    /// What a lost device gives from then on: when work is given to it, and when it is waited for.
    private static let losses = ["fail=cuGraphLaunch:719", "fail=cuStreamSynchronize:700"]

    /// Trains, and loses the device once `count` batches are done.
    private func fit(
        _ model: Model, _ options: TrainingOptions, losing settings: String, after count: Int = 8, observer recorder: Recorder
    ) throws -> TrainingResult {
        let fake = try FakeCUDA()
        var isLost = false
        return try run.fit(model, options, on: fake, observer: recorder) {
            if !isLost, recorder.batches.count >= count {
                fake.set(settings)
                isLost = true
            }
            return false
        }
    }

    private func cpuReference(_ options: TrainingOptions) throws -> Model {
        var options = options
        (options.device, options.checkpoints) = (.cpu, nil)
        return try run.trained(options).model
    }

    @Test(arguments: losses) func `with checkpoints the CPU goes on from the last one`(settings: String) throws {
        let folder = try TemporaryFolder()
        let (model, recorder) = (try GPURun.model(), Recorder())
        let options = GPURun.options(device: .automatic, folder: folder, everySteps: 2)
        let result = try fit(model, options, losing: settings, observer: recorder)
        #expect(result.outcome == .completed && result.history.epochs.count == 4)
        #expect(recorder.plans.map(\.device) == ["Fake GPU", "CPU"])
        let second = try #require(recorder.plans.last)
        #expect(second.firstEpoch > 0 || second.firstStep > 0, "it began again")
        #expect(result.resumedFrom?.epoch == second.firstEpoch && result.resumedFrom?.step == second.firstStep)
        #expect(recorder.warnings.first?.contains("the GPU stopped in the middle of the work") == true)
        #expect(recorder.warnings.count == 2 && recorder.warnings[1].contains("goes on with"), "\(recorder.warnings)")
        #expect(try model.difference(to: cpuReference(options)) < 1e-4)
    }

    @Test(arguments: losses) func `without checkpoints the CPU begins again`(settings: String) throws {
        let (model, recorder) = (try GPURun.model(), Recorder())
        let options = GPURun.options(device: .automatic)
        let result = try fit(model, options, losing: settings, observer: recorder)
        #expect(result.outcome == .completed)
        #expect(recorder.plans.map(\.device) == ["Fake GPU", "CPU"] && recorder.plans.last?.firstEpoch == 0)
        #expect(recorder.warnings.count == 1 && recorder.warnings[0].contains("the GPU stopped in the middle of the work"))
        #expect(try model.bits == cpuReference(options).bits)
    }

    /// The folder still has the checkpoints of a run that ended well: a new run must not take them for its own.
    @Test func `lost before its first checkpoint, a run does not go on from that of an earlier run`() throws {
        let folder = try TemporaryFolder()
        let options = GPURun.options(device: .automatic, folder: folder)
        try run.fit(GPURun.model(), options, on: FakeCUDA())
        let (model, recorder) = (try GPURun.model(), Recorder())
        let result = try run.fit(model, options, on: FakeCUDA("fail=cuGraphLaunch:719@3"), observer: recorder)
        #expect(result.outcome == .completed && result.resumedFrom == nil)
        #expect(recorder.plans.last?.firstEpoch == 0)
        #expect(try model.bits == cpuReference(options).bits)
    }

    @Test func `lost when it resumes, a run goes on from the checkpoint that was asked for`() throws {
        let folder = try TemporaryFolder()
        try run.fit(GPURun.model(), GPURun.options(epochs: 2, device: .automatic, folder: folder), on: FakeCUDA())
        let model = try GPURun.model()
        let options = GPURun.options(device: .automatic, folder: folder, resume: true)
        let result = try run.fit(model, options, on: FakeCUDA("fail=cuGraphLaunch:719@1"))
        #expect(result.resumedFrom?.epoch == 2)
        #expect(try model.difference(to: cpuReference(options)) < 1e-4)
    }

    @Test(arguments: losses) func `a run that insists on the GPU ends with the error and the weights it began with`(settings: String) throws {
        let folder = try TemporaryFolder()
        let (model, recorder) = (try GPURun.model(), Recorder())
        let before = model.bits
        let error = #expect(throws: CUDAError.self) {
            try fit(model, GPURun.options(folder: folder, everySteps: 2), losing: settings, observer: recorder)
        }
        #expect(error?.kind == .deviceLost && error?.nextStep.contains("--resume") == true)
        #expect(model.bits == before && recorder.results.isEmpty)
        // What the error promises: the checkpoint is there.
        let resumed = try GPURun.model()
        try run.fit(resumed, GPURun.options(folder: folder, resume: true, everySteps: 2), on: FakeCUDA())
        #expect(try resumed.bits == run.trained(GPURun.options()).model.bits)
    }

    @Test func `memory that is used up once training has begun is no reason to fail`() throws {
        let fake = try FakeCUDA()
        var used: UInt64 = 0
        try run.fit(GPURun.model(), GPURun.options(epochs: 1), on: fake) {
            used = max(used, fake.statistics.bytes)
            return false
        }
        // Asked for the first time, the model is on the device and the examples are not.
        var first: UInt64?
        try run.fit(GPURun.model(), GPURun.options(epochs: 1), on: fake) {
            first = first ?? fake.statistics.bytes
            return false
        }
        let model = try #require(first)
        #expect(model < used)
        let full = try FakeCUDA("memory=\(model + 64)")
        let (trained, recorder) = (try GPURun.model(), Recorder())
        let options = GPURun.options(device: .automatic)
        try run.fit(trained, options, on: full, observer: recorder)
        #expect(recorder.warnings.count == 1 && recorder.warnings[0].contains("too little memory"))
        #expect(try trained.bits == cpuReference(options).bits)
        let untouched = try GPURun.model()
        let error = #expect(throws: CUDAError.self) { try run.fit(untouched, GPURun.options(), on: full) }
        #expect(error?.kind == .outOfMemory)
        #expect(try untouched.bits == GPURun.model().bits)
    }
}
