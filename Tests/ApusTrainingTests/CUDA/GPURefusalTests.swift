import ApusCUDA
import ApusNN
import ApusTensor
import ApusTraining
import CUDATestSupport
import TestSupport
import Testing

/// What the GPU does not do: with its name, before the first batch where it can be known by then, and on the CPU where that is allowed.
@Suite struct GPURefusalTests {
    private let run: GPURun

    init() throws { run = try GPURun() }

    /// Gradient descent: nothing that the kernels know.
    private struct Descent: Optimizer {
        var learningRate: Float = 0.01
        var settings: String { "Descent(learningRate: \(learningRate))" }
        var state: OptimizerState { OptimizerState(learningRate: learningRate) }
        mutating func restore(_ state: OptimizerState, parameterCount: Int) { learningRate = state.learningRate }
        mutating func update(_ parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, pool: ThreadPool?) {
            for index in parameters.indices { parameters[index] -= learningRate * gradients[index] }
        }
    }

    /// The error of a run that insists on the GPU; the model keeps its weights, and no batch runs.
    private func refusal(
        _ fake: FakeCUDA, _ options: TrainingOptions = GPURun.options(), sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> CUDAError? {
        let (model, recorder) = (try GPURun.model(), Recorder())
        let error = #expect(throws: CUDAError.self, sourceLocation: sourceLocation) {
            try run.fit(model, options, on: fake, observer: recorder)
        }
        #expect(recorder.plans.isEmpty && recorder.batches.isEmpty, sourceLocation: sourceLocation)
        #expect(try model.bits == GPURun.model().bits, sourceLocation: sourceLocation)
        return error
    }

    /// A run that would take the GPU and does not: the CPU's bits, and the reason.
    private func fallback(
        _ fake: FakeCUDA, _ options: TrainingOptions = GPURun.options(), sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        var options = options
        options.device = .automatic
        let found = try run.trained(options, on: fake)
        options.device = .cpu
        #expect(try found.model.bits == run.trained(options).model.bits, sourceLocation: sourceLocation)
        #expect(found.recorder.plans.map(\.device) == ["CPU"] && found.result.warnings.isEmpty, sourceLocation: sourceLocation)
        return found.recorder.plans.first?.fallbackReason ?? "no reason"
    }

    @Test(arguments: [
        ("devices=0", "lists no GPU"), ("init=100", "finds no GPU"), ("driver=11040", "CUDA 11.4"), ("capability=75", "capability 7.5"),
        ("missing=cuGraphLaunch", "no function cuGraphLaunch"), ("fail=cuModuleLoadDataEx:218", "cannot compile the kernels"),
    ])
    func `without a GPU that can be used`(settings: String, words: String) throws {
        let fake = try FakeCUDA(settings)
        let error = try #require(try refusal(fake))
        #expect(error.kind == .unavailable && error.message.contains(words), "\(error)")
        #expect(!error.nextStep.isEmpty)
        #expect(try fallback(fake) == error.message)
    }

    @Test func `with too little memory for the model`() throws {
        let fake = try FakeCUDA("memory=20000")
        let error = try #require(try refusal(fake))
        #expect(error.kind == .outOfMemory && error.message.contains("too little memory"), "\(error)")
        #expect(try fallback(fake) == error.message)
    }

    @Test func `on the CPU the GPU is not looked for, and there is no reason to tell`() throws {
        let recorder = Recorder()
        var options = GPURun.options(epochs: 1, device: .cpu)
        options.gpu = { () throws(CUDAError) -> CUDADevice in preconditionFailure("not asked") }
        try Trainer(model: GPURun.model(), options: options).fit(run.training, validation: run.validation, observer: recorder)
        #expect(recorder.plans.map(\.fallbackReason) == [nil])
    }

    @Test func `an optimiser without a kernel, by its name`() throws {
        var options = GPURun.options(epochs: 1)
        options.optimizer = Descent()
        let fake = try FakeCUDA()
        let error = try #require(try refusal(fake, options))
        #expect(error.message == "Descent(learningRate: 0.01) has no CUDA kernel; Adam and AdamW have")
        #expect(error.nextStep.contains("--device cpu"))
        #expect(try fallback(fake, options) == error.message)
    }

    @Test func `attention over more steps than a block has memory for`() throws {
        let model = try Model(inputShape: [4000, 2], seed: 1) {
            Dense(2)
            MultiHeadAttention(heads: 1)
            GlobalAveragePooling()
            Head("y", loss: .meanSquaredError) { Dense(1) }
        }
        let (fake, before, recorder) = (try FakeCUDA("capability=86"), model.bits, Recorder())
        let examples = try Examples(inputs: Tensor(zeros: [1, 4000, 2]), targets: ["y": Tensor(zeros: [1, 1])])
        let options = TrainingOptions(epochs: 1, batchSize: 1, device: .cuda)
        let error = #expect(throws: CUDAError.self) {
            try Trainer(model: model, options: options.on(fake)).fit(examples, observer: recorder)
        }
        #expect(error?.kind == .unavailable && error?.message.contains("attention over 4000 steps needs 125 KiB") == true, "\(error as Any)")
        #expect(recorder.plans.isEmpty && model.bits == before)
    }

    // MARK: Numbers

    /// Trains a dense layer whose parameters all begin with `value` on rows in their order, the 30th of which (in the fourth batch) has an
    /// input that is nearly too large for a float.
    private func divergence(_ device: TrainingDevice, value: Float, folder: TemporaryFolder? = nil) throws -> TrainingError? {
        let model = try Model(inputShape: [4], seed: 1) { Head("y", loss: .meanSquaredError) { Dense(1) } }
        for parameter in model.parameters { parameter.value = Tensor(shape: parameter.shape, parameter.value.scalars.map { _ in value }) }
        let before = model.bits
        var numbers = SeededGenerator(seed: 5)
        var x = (0..<40 * 4).map { _ in numbers.signed() }
        let y = (0..<40).map { _ in numbers.signed() }
        x[29 * 4 + 2] = 3e38
        let examples = try Examples(inputs: Tensor(shape: [40, 4], x), targets: ["y": Tensor(shape: [40, 1], y)])
        let options = TrainingOptions(
            epochs: 2, batchSize: 8, shuffle: false, threads: 1, device: device, checkpoints: folder.map { CheckpointOptions(folder: $0.path) })
        let (fake, recorder) = (try FakeCUDA(), Recorder())
        let error = #expect(throws: TrainingError.self) {
            try Trainer(model: model, options: options.on(fake)).fit(examples, observer: recorder)
        }
        #expect(recorder.batches.count == 3, "the batches before it have ended")
        #expect(model.bits == before)
        return error
    }

    @Test func `a loss and a gradient that are not finite are named as on the CPU, with the same step`() throws {
        // The output overflows, or only its product with the input.
        for (value, words) in [(Float(10), "the loss of head 'y' is not finite"), (0.5, "the gradient of y/kernel is not finite")] {
            let (gpu, cpu) = (try divergence(.cuda, value: value), try divergence(.cpu, value: value))
            #expect(gpu == cpu)
            #expect(gpu?.code == .diverged && gpu?.description.contains("epoch 1, step 4: \(words)") == true, "\(gpu as Any)")
            #expect(gpu?.description.contains("row 29, feature 2") == true)
        }
        let folder = try TemporaryFolder()
        #expect(try divergence(.automatic, value: 10, folder: folder)?.description.contains("The last checkpoint") == true)
    }

    @Test func `data that nothing can be learned from is refused with the CPU's words`() throws {
        var inputs = run.training.inputs
        inputs.withUnsafeMutableBufferPointer { $0[3 * 15 + 4] = .nan }
        let examples = try Examples(inputs: inputs, targets: run.training.targets)
        let fake = try FakeCUDA()
        let errors = try [TrainingDevice.cuda, .cpu].map { device in
            try #require(
                #expect(throws: TrainingError.self) {
                    try Trainer(model: GPURun.model(), options: GPURun.options(device: device).on(fake)).fit(
                        examples, validation: run.validation)
                })
        }
        #expect(errors[0] == errors[1] && errors[0].description.contains("row 3, step 1, feature 1"), "\(errors)")
    }
}
