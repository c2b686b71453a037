import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTensor

/// The engine of an NVIDIA GPU, for one member of a group: its parameters and the optimiser's moments stay on the device while it trains.
final class CUDAEngine: FlatModelEngine {
    let model: Model
    private let group: CUDAGroup
    private let member: Int
    /// Sets of examples that have been brought to the device.
    private var sets: [CUDAGroup.ExamplesKey: (weights: [[Float]?], examples: DeviceExamples)] = [:]
    private var pace: BurstPace
    /// Whether a first batch has been compared with the CPU's.
    private var isChecked = false
    /// Batch of the last burst that `output` answers for.
    private var answered = 0

    /// - Parameters:
    ///   - member: number of the model in the group; it is waited for from now on, as long as the engine lives.
    init(_ model: Model, in group: CUDAGroup, as member: Int) {
        self.model = model
        self.group = group
        self.member = member
        pace = BurstPace(capacity: group.burstCapacity)
        group.join(member)
    }

    /// An engine that has a GPU for itself.
    /// - Throws: `CUDAError` when the model or the optimiser cannot run on the device.
    convenience init(
        _ model: Model, batchSize: Int, seed: UInt64, positiveWeights: [String: Float], optimizer: any Optimizer, device: CUDADevice
    ) throws(CUDAError) {
        try Self.check(optimizer)
        let group = try CUDAGroup(models: [model], batchSize: batchSize, seeds: [seed], positiveWeights: positiveWeights, device: device)
        self.init(model, in: group, as: 0)
    }

    deinit { group.leave(member) }

    /// - Throws: `CUDAError` when the optimiser is none of Adam's kind.
    static func check(_ optimizer: any Optimizer) throws(CUDAError) {
        var optimizer = optimizer
        guard optimizer.nextStep() == nil else { return }
        throw CUDAError.unsupported("\(optimizer.settings) has no CUDA kernel; Adam and AdamW have")
    }

    var deviceName: String { group.device.name }
    var arithmetic: String { "cuda-sm_\(group.device.capability.major)\(group.device.capability.minor)" }
    var batchesAtOnce: Int { pace.batches }

    func train(
        _ burst: BatchBurst, rates: [Float], optimizer: inout any Optimizer, clipping: GradientClipping?, ended: (Int, BatchLosses) -> Void
    ) throws {
        let (set, clipping) = (try deviceExamples(burst), clipping.map(CUDAClipping.init) ?? .none)
        try checkFirstBatch(burst, set, clipping)
        let work = CUDABurst(set, batches: burst.batches, step: burst.step, updates: updates(rates, &optimizer))
        let failed = try run(.training(work, clipping), batches: burst.batches.count)
        for index in 0..<(failed ?? burst.batches.count) { ended(index, try losses(index)) }
        guard let failed else { return }
        _ = try losses(failed)
        let gradients = try group.withStep { step throws(CUDAError) in try step.gradients(ofModel: member) }
        let culprit = model.parameters.first { !gradients[$0.slot.offset..<$0.slot.offset + $0.count].allSatisfy(\.isFinite) }
        throw BatchFault(.gradient(parameter: culprit?.name ?? "a parameter"))
    }

    /// Compares the first batch with what the CPU computes; the step that it takes for that changes nothing.
    private func checkFirstBatch(_ burst: BatchBurst, _ set: DeviceExamples, _ clipping: CUDAClipping) throws {
        if isChecked { return }
        isChecked = true
        let (seed, positiveWeights) = (group.seed(of: member), group.positiveWeights)
        guard let expected = try CUDAAgreement(model, burst, targets: targets(burst.examples), seed: seed, positiveWeights: positiveWeights) else {
            return
        }
        let nothing = AdamStep(rate: 0, beta1: 1, beta2: 1, epsilon: 1)
        let work = CUDABurst(set, batches: [burst.batches[0]], step: burst.step, updates: [nothing])
        _ = try group.run(.training(work, clipping), of: member)
        let losses = model.heads.indices.map { group.loss(ofHead: $0, inBatch: 0, of: member) }
        try expected.check(losses: losses, gradient: try group.withStep { step throws(CUDAError) in try step.gradients(ofModel: member) })
    }

    func evaluate(_ burst: BatchBurst, ended: (Int, BatchLosses) -> Void) throws {
        _ = try run(.evaluation(CUDABurst(try deviceExamples(burst), batches: burst.batches)), batches: burst.batches.count)
        for index in burst.batches.indices { ended(index, try losses(index)) }
    }

    private func run(_ request: CUDAGroup.Request, batches: Int) throws(CUDAError) -> Int? {
        let start = ContinuousClock.now
        defer { pace.took(start.duration(to: .now), batches: batches) }
        return try group.run(request, of: member)
    }

    func output(ofHead head: Int) -> UnsafeBufferPointer<Float> { group.output(ofHead: head, inBatch: answered, of: member) }

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
            let loss = group.loss(ofHead: index, inBatch: batch, of: member)
            guard loss.isFinite else { throw BatchFault(.loss(head: head.name)) }
            losses.heads.append(loss)
            losses.total += head.weight * loss
        }
        return losses
    }

    /// The set on the device; it is brought there when it is first asked for.
    private func deviceExamples(_ burst: BatchBurst) throws -> DeviceExamples {
        let examples = burst.examples
        let key = CUDAGroup.ExamplesKey(examples.inputs)
        if let set = sets[key], set.weights == burst.rowWeights { return set.examples }
        let set = try group.examples(inputs: examples.inputs, targets: targets(examples), weights: burst.rowWeights)
        sets[key] = (burst.rowWeights, set)
        return set
    }

    // MARK: Parameters and moments

    func begin(_ training: Examples) throws {
        try beginOutputBiases(training)
        try upload()
    }

    func readWeights() throws -> [Float] {
        try synchronize()
        return modelWeights
    }

    func writeWeights(_ weights: [Float]) throws {
        modelWeights = weights
        try upload()
    }

    func synchronize() throws { try group.withStep { step throws(CUDAError) in try step.downloadParameters(ofModel: member) } }

    private func upload() throws(CUDAError) { try group.withStep { step throws(CUDAError) in try step.uploadParameters(ofModel: member) } }

    func load(_ optimizer: any Optimizer) throws {
        let slots = optimizer.state.slots
        let zeros = [Float](repeating: 0, count: optimizedCount)
        try group.withStep { step throws(CUDAError) in
            try step.setMoments(slots["momentum"] ?? zeros, slots["velocity"] ?? zeros, ofModel: member)
        }
    }

    func store(_ optimizer: inout any Optimizer) throws {
        var state = optimizer.state
        guard state.iterations > 0 else { return }
        let moments = try group.withStep { step throws(CUDAError) in try step.moments(ofModel: member) }
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
