import ApusCUDA
public import ApusNN

/// Fits a model to examples.
///
/// ```swift
/// var options = TrainingOptions(epochs: 100, classWeights: ["direction": [1, 1.5, 2, 2.4]])
/// options.checkpoints = CheckpointOptions(folder: "checkpoints", resume: true)
/// let result = try Trainer(model: model, options: options).fit(data[0..<700], validation: data[700..<850])
/// ```
/// The same model, data, options and seed give the same weights bit for bit, for any number of threads, and whether or not the run was
/// interrupted and resumed in between.
public struct Trainer {
    public let model: Model
    public let options: TrainingOptions

    private let device: SharedDevice
    /// Number of the model in the device's group.
    private let member: Int

    public init(model: Model, options: TrainingOptions = TrainingOptions()) { self.init(model: model, options: options, device: .own, member: 0) }

    /// A fit that shares a device with others.
    init(model: Model, options: TrainingOptions, device: SharedDevice, member: Int) {
        self.model = model
        self.options = options
        self.device = device
        self.member = member
    }

    /// Trains the model in place; afterwards it holds the best weights where some were kept, otherwise the last ones.
    ///
    /// - Parameters:
    ///   - training: rows to learn from, targets by head name.
    ///   - validation: rows to judge each epoch by; what callbacks named `val_…` look at.
    ///   - observer: told of every batch and epoch.
    ///   - shouldStop: asked before every batch; when true the run ends as `.interrupted`, saved where checkpoints are wanted.
    /// - Throws: `TrainingError`, `CheckpointError` or `ModelError`; the model then has the weights it came with, and checkpoints written
    ///   before are untouched.
    @discardableResult
    public func fit(
        _ training: Examples, validation: Examples? = nil, observer: (any TrainingObserver)? = nil, shouldStop: () -> Bool = { false }
    ) throws -> TrainingResult {
        // The engine refuses a batch size it cannot allocate; what a person may have mistyped is said in our words first.
        try DataChecks.check(options, rows: training.count)
        let lost: (error: CUDAError, hasSaved: Bool)
        do {
            let (engine, reason) = try engine()
            let loop = try loop(engine, fallbackReason: reason, options, training, validation)
            do {
                return try loop.run(observer: observer, shouldStop: shouldStop)
            } catch let error as CUDAError where options.device == .automatic && error.kind != .unavailable {
                lost = (error, loop.hasSaved)
            }
        }
        // The device is of no use any more, and its engine is gone; what a checkpoint of this run holds is not.
        var options = options
        if lost.hasSaved { options.checkpoints?.resume = true }
        observer?.warned("\(lost.error.message); training goes on on the CPU.")
        return try loop(try cpuEngine(), fallbackReason: nil, options, training, validation).run(observer: observer, shouldStop: shouldStop)
    }

    private func loop(
        _ engine: any BatchEngine, fallbackReason: String?, _ options: TrainingOptions, _ training: Examples, _ validation: Examples?
    ) throws -> TrainingLoop {
        var identity = RunIdentity()
        identity.append(model, positiveWeights: options.positiveWeights)
        return try TrainingLoop(
            engine: engine, inputShape: model.inputShape, identity: identity, training: training, validation: validation, options: options,
            fallbackReason: fallbackReason)
    }

    /// The engine of the device that was asked for, and why it is the CPU's where a GPU would have been taken.
    private func engine() throws -> (any BatchEngine, String?) {
        switch device {
        case .group(let group): return (CUDAEngine(model, in: group, as: member), nil)
        case .cpu(let reason): return (try cpuEngine(), reason)
        case .own: break
        }
        switch options.device {
        case .cpu: return (try cpuEngine(), nil)
        case .cuda: return (try cudaEngine(), nil)
        case .automatic:
            do throws(CUDAError) {
                return (try cudaEngine(), nil)
            } catch { return (try cpuEngine(), error.message) }
        }
    }

    private func cpuEngine() throws -> ModelEngine {
        try ModelEngine(
            model: model, batchSize: options.batchSize, threads: options.threads, seed: options.seed, positiveWeights: options.positiveWeights)
    }

    private func cudaEngine() throws(CUDAError) -> CUDAEngine {
        try CUDAEngine(
            model, batchSize: options.batchSize, seed: options.seed, positiveWeights: options.positiveWeights,
            optimizer: options.optimizer, device: options.gpu())
    }
}

extension RunIdentity {
    /// Input shape, layers and heads; not the weights, which a resumed run replaces.
    mutating func append(_ model: Model, positiveWeights: [String: Float]) {
        append("input shape", "\(model.inputShape)")
        append("model seed", "\(model.seed)")
        for (index, layer) in model.summary.enumerated() { append("layer \(index + 1)", "\(layer.name) = \(layer.call) → \(layer.outputShape)") }
        for head in model.heads {
            append("head '\(head.name)'", "loss \(head.loss), weight \(head.weight), output bias \(head.outputBias), shape \(head.outputShape)")
            let positive = positiveWeights[head.name] ?? Float(head.positiveWeight)
            if positive != 1 { append("positive weight of '\(head.name)'", "\(positive)") }
        }
    }
}
