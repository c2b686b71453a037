package import ApusCUDA
package import ApusNN
package import ApusTensor
import CApusCUDA

/// Training and evaluation on a GPU, several steps at a time, of one model or of several of one architecture side by side.
///
/// Forward, backward and the optimiser's update of a step are one CUDA graph; for a burst of steps the host gives the rows and the step sizes
/// at once and reads losses and outputs when all steps are done. Parameters and moments stay on the device until they are asked for.
/// The same model, seed and batches give the same bits run after run on GPUs of one generation, alone or beside other models, and those of
/// the CPU but for the order of sums.
package final class CUDATrainingStep {
    package let models: [Model]
    package let device: CUDADevice
    /// Most rows of a batch.
    package let batchCapacity: Int
    /// Of the dropout masks, one for each model.
    package let seeds: [UInt64]

    let plan: DevicePlan
    let stream: CUDAStream
    let slab: DeviceMemory
    let burst: BurstMemory
    let library: KernelLibrary
    let instructions: DeviceArray<apus_cuda_instruction_t>
    let weightGradients: DeviceArray<apus_cuda_weight_gradient_t>
    /// (models, items).
    let trainingItems: DeviceArray<apus_cuda_gather_item_t>
    let evaluationItems: DeviceArray<apus_cuda_gather_item_t>
    /// Parameters or moments on their way.
    let staging: PinnedMemory<Float>
    var graphs: [GraphKey: CUDAGraph] = [:]
    private var dropoutKeys: [DropoutKeys]
    /// Rows of the batches of each model's last burst; its results stay until the next.
    private var batchRows: [[Int]]

    /// Steps of a burst at most.
    package var burstCapacity: Int { burst.capacity }

    /// - Parameters:
    ///   - models: of the same layers, shapes and heads.
    ///   - batchCapacity: most rows of a batch.
    ///   - seeds: of the dropout masks, one for each model.
    ///   - positiveWeights: by head name, in place of `Head.positiveWeight`.
    ///   - module: the kernels, compiled in this context; nil compiles them, which takes seconds where the driver does not have them in its cache.
    /// - Throws: `CUDAError` when the model has a layer without a kernel, or needs more memory than the device has left.
    package init(
        models: [Model], batchCapacity: Int, seeds: [UInt64], positiveWeights: [String: Float] = [:], on context: CUDAContext,
        module: CUDAModule? = nil
    ) throws(CUDAError) {
        precondition(!models.isEmpty && seeds.count == models.count, "a seed for each model")
        precondition(models.allSatisfy { $0.parameters.map(\.shape) == models[0].parameters.map(\.shape) }, "models of different architectures")
        self.models = models
        self.batchCapacity = batchCapacity
        self.seeds = seeds
        device = context.device
        let positive = models[0].heads.map { positiveWeights[$0.name] ?? Float($0.positiveWeight) }
        let plan = try DevicePlan(
            models[0], capacity: batchCapacity, models: models.count, positiveWeights: positive, sharedBytes: device.sharedMemoryPerBlock)
        self.plan = plan
        stream = try CUDAStream(context)
        let kernels = if let module { module } else { try CUDAModule(context) }
        library = try KernelLibrary(for: plan.allCalls, in: kernels)
        slab = try DeviceMemory(byteCount: plan.slabBytes, context)
        burst = try BurstMemory(plan, context)
        instructions = try DeviceArray(plan.instructions, on: stream)
        weightGradients = try DeviceArray(plan.weightGradients, on: stream)
        trainingItems = try DeviceArray(count: plan.models * plan.gatherCount, context)
        evaluationItems = try DeviceArray(count: plan.models * plan.gatherCount, context)
        staging = try PinnedMemory(count: max(plan.parameters.count, 1), context)
        dropoutKeys = seeds.map { DropoutKeys(seed: $0) }
        batchRows = models.map { _ in [] }
        try slab.fill(float: 0, on: stream)
        for model in models.indices {
            for table in plan.constants.tables { try upload(table.values, to: table.place, ofModel: model) }
            try uploadParameters(ofModel: model)
        }
    }

    /// A set of examples for bursts of any of the models.
    /// - Parameters:
    ///   - inputs: (N, T, F) or (N, F).
    ///   - targets: one per head, (N, C).
    ///   - weights: one per head, a weight for each example, or nil for all 1.
    package func examples(inputs: Tensor, targets: [Tensor?], weights: [[Float]?]) throws(CUDAError) -> DeviceExamples {
        try DeviceExamples(inputs: inputs, targets: targets, weights: weights, burstRows: burst.rowCapacity, on: stream)
    }

    // MARK: Bursts

    /// Trains on batches one after the other, `burstCapacity` at most.
    /// - Parameter bursts: one for each model; nil for one that rests.
    /// - Returns: for each model the number of the first batch whose gradient was not finite, after which nothing has changed; nil when all were.
    package func train(_ bursts: [CUDABurst?], clipping: CUDAClipping) throws(CUDAError) -> [Int?] {
        for (model, burst) in bursts.enumerated() {
            guard let burst else { continue }
            precondition(burst.updates.count == burst.batches.count, "an update for each batch")
            for (place, words) in dropoutKeys[model].changed(step: burst.step, plan.constants) { try upload(words, to: place, ofModel: model) }
        }
        try run(bursts, plan.training, trainingItems, graph(.training(clipping)))
        return (0..<models.count).map { model in
            let failed = Int(burst.status.host.elements[model].failed)
            return failed > 0 ? failed - 1 : nil
        }
    }

    /// Losses and outputs of batches, `burstCapacity` at most, without training.
    /// - Parameter bursts: one for each model; nil for one that rests.
    package func evaluate(_ bursts: [CUDABurst?]) throws(CUDAError) {
        try run(bursts, plan.evaluation, evaluationItems, graph(.evaluation))
    }

    /// Loss of a head in a batch of the last burst: the weighted sum over its rows, divided by their number.
    package func loss(ofHead head: Int, inBatch batch: Int, ofModel model: Int = 0) -> Double {
        let place = burst.result(step: batch, model: model) + plan.results.losses[head]
        let (rows, losses) = (batchRows[model][batch], UnsafeRawPointer(place).assumingMemoryBound(to: Double.self))
        return (0..<rows).reduce(0.0) { $0 + losses[$1] } / Double(rows)
    }

    /// Outputs (rows, C) of a head for a batch of the last burst; valid until the next.
    package func output(ofHead head: Int, inBatch batch: Int, ofModel model: Int = 0) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(
            start: burst.result(step: batch, model: model) + plan.results.outputs[head],
            count: batchRows[model][batch] * models[model].heads[head].outputShape[0])
    }

    private func run(
        _ bursts: [CUDABurst?], _ pass: PassPlan, _ items: DeviceArray<apus_cuda_gather_item_t>, _ graph: CUDAGraph
    ) throws(CUDAError) {
        precondition(bursts.count == models.count, "a burst for each model")
        let steps = bursts.map { $0?.batches.count ?? 0 }.max() ?? 0
        precondition((1...burst.capacity).contains(steps), "bursts of 1 to \(burst.capacity) steps, not \(steps)")
        var rows: [Int] = []
        for (model, burst) in bursts.enumerated() {
            let controls = UnsafeMutableBufferPointer(
                rebasing: self.burst.controls.host.elements[model * self.burst.capacity..<model * self.burst.capacity + steps])
            for index in controls.indices { controls[index] = apus_cuda_control_t() }
            guard let burst else {
                rows.append(0)
                continue
            }
            batchRows[model] = burst.batches.map(\.count)
            rows.append(batchRows[model].reduce(0, +))
            write(burst, firstIndex: model * self.burst.rowCapacity, to: controls)
            try burst.examples.stage(burst.batches, into: self.burst.rowNumbers(of: model), on: stream)
            let first = model * plan.gatherCount
            for (item, entry) in burst.examples.items(of: pass, models[model]).enumerated() { items.host.elements[first + item] = entry }
            try items.upload(first..<first + plan.gatherCount, on: stream)
        }
        try self.burst.begin(steps: steps, rows: rows, on: stream)
        for _ in 0..<steps { try graph.launch(on: stream) }
        try self.burst.end(steps: steps, on: stream)
    }

    /// The control of each batch; steps behind them stay without rows, and the model rests.
    private func write(_ burst: CUDABurst, firstIndex: Int, to controls: UnsafeMutableBufferPointer<apus_cuda_control_t>) {
        var first = firstIndex
        for (index, batch) in burst.batches.enumerated() {
            precondition((1...batchCapacity).contains(batch.count), "a batch of \(batch.count) rows where \(batchCapacity) fit")
            let update = index < burst.updates.count ? burst.updates[index] : AdamStep(rate: 0, beta1: 1, beta2: 1, epsilon: 1)
            controls[index] = apus_cuda_control_t(
                rows: UInt32(batch.count), step: UInt32(truncatingIfNeeded: burst.step + UInt64(index)), first_index: UInt32(first),
                rate: update.rate, one_minus_beta1: update.oneMinusBeta1, one_minus_beta2: update.oneMinusBeta2, epsilon: update.epsilon,
                decay: update.decay)
            first += batch.count
        }
    }

    /// Writes constants of a model.
    func upload(_ values: [Float], to place: Int, ofModel model: Int) throws(CUDAError) {
        let pinned = try PinnedMemory<Float>(count: values.count, stream.context)
        _ = pinned.elements.update(from: values)
        try slab.upload(pinned, to: byteOffset(place, ofModel: model), on: stream)
        try stream.synchronize()
    }

    /// Where a place of a model's slab lies in the memory of all.
    func byteOffset(_ place: Int, ofModel model: Int) -> Int { (model * plan.slabCount + place) * MemoryLayout<Float>.stride }
}

extension DeviceExamples {
    /// The gather items of a pass of a model.
    fileprivate func items(of pass: PassPlan, _ model: Model) -> [apus_cuda_gather_item_t] {
        let shape = model.inputShape
        return items(
            of: pass, steps: shape.count == 2 ? shape[0] : 1, features: shape[shape.count - 1],
            targetColumns: model.heads.map { $0.outputShape[0] })
    }
}
