import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTensor

/// The engine of an NVIDIA GPU: the model's parameters and the optimiser's moments stay on the device while it trains.
final class CUDAEngine: FlatModelEngine {
    let model: Model
    private let step: CUDATrainingStep
    /// Sets of examples that are on the device, by where their inputs lie.
    private var sets: [UnsafePointer<Float>: (weights: [[Float]?], examples: DeviceExamples)] = [:]
    /// Batch of the last burst that `output` answers for.
    private var answered = 0

    /// - Throws: `CUDAError` when the model cannot run on the device.
    init(
        model: Model, batchSize: Int, seed: UInt64, positiveWeights: [String: Float], optimizer: any Optimizer, device: CUDADevice
    ) throws(CUDAError) {
        var optimizer = optimizer
        guard optimizer.nextStep() != nil else { throw CUDAError.unsupported("\(optimizer.settings) has no CUDA kernel; Adam and AdamW have") }
        self.model = model
        step = try CUDATrainingStep(
            model: model, batchCapacity: batchSize, seed: seed, positiveWeights: positiveWeights, on: try CUDAContext(device))
    }

    var deviceName: String { step.device.name }
    var arithmetic: String { "cuda-sm_\(step.device.capability.major)\(step.device.capability.minor)" }
    var batchesAtOnce: Int { step.burstCapacity }

    func train(
        _ burst: BatchBurst, rates: [Float], optimizer: inout any Optimizer, clipping: GradientClipping?, ended: (Int, BatchLosses) -> Void
    ) throws {
        let updates = updates(rates, &optimizer)
        let failed = try step.train(
            try deviceExamples(burst), batches: burst.batches, step: burst.step, updates: updates, clipping: clipping.map(CUDAClipping.init) ?? .none)
        for index in 0..<(failed ?? burst.batches.count) { ended(index, try losses(index)) }
        guard let failed else { return }
        _ = try losses(failed)
        let gradients = try step.gradients()
        let culprit = model.parameters.first { !gradients[$0.slot.offset..<$0.slot.offset + $0.count].allSatisfy(\.isFinite) }
        throw BatchFault("the gradient of \(culprit?.name ?? "a parameter") is not finite")
    }

    func evaluate(_ burst: BatchBurst, ended: (Int, BatchLosses) -> Void) throws {
        try step.evaluate(try deviceExamples(burst), batches: burst.batches)
        for index in burst.batches.indices { ended(index, try losses(index)) }
    }

    func output(ofHead head: Int) -> UnsafeBufferPointer<Float> { step.output(ofHead: head, inBatch: answered) }

    /// The updates of a burst; the optimiser's own learning rate stays.
    private func updates(_ rates: [Float], _ optimizer: inout any Optimizer) -> [AdamStep] {
        let rate = optimizer.learningRate
        defer { optimizer.learningRate = rate }
        return rates.map { rate in
            optimizer.learningRate = rate
            guard let update = optimizer.nextStep() else { preconditionFailure("an optimiser of Adam's kind has become another") }
            return update
        }
    }

    /// - Throws: `BatchFault` when a loss is not finite.
    private func losses(_ batch: Int) throws -> BatchLosses {
        answered = batch
        var losses = BatchLosses(total: 0, heads: [])
        for (index, head) in model.heads.enumerated() {
            let loss = step.loss(ofHead: index, inBatch: batch)
            guard loss.isFinite else { throw BatchFault("the loss of head '\(head.name)' is not finite") }
            losses.heads.append(loss)
            losses.total += head.weight * loss
        }
        return losses
    }

    /// The set on the device; it is brought there when it is first asked for.
    private func deviceExamples(_ burst: BatchBurst) throws -> DeviceExamples {
        let examples = burst.examples
        let place = examples.inputs.withRows { base, _ in base }
        if let set = sets[place], set.weights == burst.rowWeights { return set.examples }
        let set = try step.examples(inputs: examples.inputs, targets: targets(examples), weights: burst.rowWeights)
        sets[place] = (burst.rowWeights, set)
        return set
    }

    // MARK: Parameters and moments

    func begin(_ training: Examples) throws {
        try beginOutputBiases(training)
        try step.uploadParameters()
    }

    func readWeights() throws -> [Float] {
        try synchronize()
        return modelWeights
    }

    func writeWeights(_ weights: [Float]) throws {
        modelWeights = weights
        try step.uploadParameters()
    }

    func synchronize() throws { try step.downloadParameters() }

    func load(_ optimizer: any Optimizer) throws {
        let slots = optimizer.state.slots
        let zeros = [Float](repeating: 0, count: optimizedCount)
        try step.setMoments(slots["momentum"] ?? zeros, slots["velocity"] ?? zeros)
    }

    func store(_ optimizer: inout any Optimizer) throws {
        var state = optimizer.state
        guard state.iterations > 0 else { return }
        let moments = try step.moments()
        state.slots = ["momentum": moments.momentum, "velocity": moments.velocity]
        try optimizer.restore(state, parameterCount: optimizedCount)
    }
}

extension CUDAClipping {
    fileprivate init(_ clipping: GradientClipping) {
        switch clipping {
        case .norm(let maximum): self = .norm(Float(maximum))
        case .value(let maximum): self = .value(Float(maximum))
        }
    }
}
