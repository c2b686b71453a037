package import ApusCUDA
package import ApusNN
package import ApusTensor
import CApusCUDA

/// Training and evaluation of a model on a GPU, several steps at a time.
///
/// Forward, backward and the optimiser's update of a step are one CUDA graph; for a burst of steps the host gives the rows and the step sizes
/// at once and reads losses and outputs when all steps are done. Parameters and moments stay on the device until they are asked for.
/// The same model, seed and batches give the same bits run after run on GPUs of one generation, and those of the CPU but for the order of sums.
package final class CUDATrainingStep {
    package let model: Model
    package let device: CUDADevice
    /// Most rows of a batch.
    package let batchCapacity: Int
    package let seed: UInt64

    let plan: DevicePlan
    let stream: CUDAStream
    let slab: DeviceMemory
    private let module: CUDAModule
    private let library: KernelLibrary
    private let burst: BurstMemory
    private let instructions: DeviceArray<apus_cuda_instruction_t>
    private let weightGradients: DeviceArray<apus_cuda_weight_gradient_t>
    private let trainingItems: DeviceArray<apus_cuda_gather_item_t>
    private let evaluationItems: DeviceArray<apus_cuda_gather_item_t>
    /// Parameters or moments on their way.
    let staging: PinnedMemory<Float>
    private var graphs: [Pass: CUDAGraph] = [:]
    /// Upper half of the step that the masks are keyed with.
    private var keyedEpoch: UInt64?
    private var batchRows: [Int] = []

    /// What a graph does.
    private enum Pass: Hashable {
        case training(CUDAClipping)
        case evaluation
    }

    /// Steps of a burst at most.
    package var burstCapacity: Int { burst.capacity }

    /// - Parameters:
    ///   - batchCapacity: most rows of a batch.
    ///   - seed: of the dropout masks.
    ///   - positiveWeights: by head name, in place of `Head.positiveWeight`.
    /// - Throws: `CUDAError` when the model has a layer without a kernel, or needs more memory than the device has left.
    package init(
        model: Model, batchCapacity: Int, seed: UInt64, positiveWeights: [String: Float] = [:], on context: CUDAContext
    ) throws(CUDAError) {
        self.model = model
        self.batchCapacity = batchCapacity
        self.seed = seed
        device = context.device
        let positive = model.heads.map { positiveWeights[$0.name] ?? Float($0.positiveWeight) }
        let plan = try DevicePlan(model, capacity: batchCapacity, positiveWeights: positive, sharedBytes: device.sharedMemoryPerBlock)
        self.plan = plan
        stream = try CUDAStream(context)
        module = try CUDAModule(context)
        library = try KernelLibrary(
            for: plan.training.calls + plan.evaluation.calls + plan.stepCalls(clipping: CUDAClipping.norm(1)) + [plan.gather(plan.training, isTraining: true)],
            in: module)
        slab = try DeviceMemory(byteCount: plan.slabBytes, context)
        burst = try BurstMemory(plan, context)
        instructions = try DeviceArray(plan.instructions, on: stream)
        weightGradients = try DeviceArray(plan.weightGradients, on: stream)
        trainingItems = try DeviceArray(count: plan.gatherCount, context)
        evaluationItems = try DeviceArray(count: plan.gatherCount, context)
        staging = try PinnedMemory(count: max(plan.parameters.count, 1), context)
        try slab.fill(float: 0, on: stream)
        for table in plan.constants.tables { try uploadConstant(table.values, to: table.place) }
        try uploadParameters()
    }

    /// A set of examples for `train` and `evaluate`.
    package func examples(inputs: Tensor, targets: [Tensor?], weights: [[Float]?]) throws(CUDAError) -> DeviceExamples {
        try DeviceExamples(
            inputs: inputs, targets: targets, weights: weights, burstRows: burst.capacity * batchCapacity, on: stream)
    }

    // MARK: Bursts

    /// Trains on batches one after the other, `burstCapacity` at most.
    /// - Parameters:
    ///   - step: number of the first step.
    ///   - updates: one for each batch.
    /// - Returns: the number of the first batch whose gradient was not finite, after which nothing has changed; nil when all were.
    package func train(
        _ examples: DeviceExamples, batches: [ArraySlice<Int>], step: UInt64, updates: [AdamStep], clipping: CUDAClipping
    ) throws(CUDAError) -> Int? {
        try keyDropout(epoch: step >> 32)
        try upload(examples.items(of: plan.training, model), to: trainingItems)
        let graph = try graph(.training(clipping))
        try run(examples, batches, graph) { index in
            let update = updates[index]
            return apus_cuda_control_t(
                rows: 0, step: UInt32(truncatingIfNeeded: step + UInt64(index)), first_index: 0, rate: update.rate,
                one_minus_beta1: update.oneMinusBeta1, one_minus_beta2: update.oneMinusBeta2, epsilon: update.epsilon, decay: update.decay)
        }
        let failed = Int(burst.status.host.elements[0].failed)
        return failed > 0 ? failed - 1 : nil
    }

    /// Losses and outputs of batches, `burstCapacity` at most, without training.
    package func evaluate(_ examples: DeviceExamples, batches: [ArraySlice<Int>]) throws(CUDAError) {
        try upload(examples.items(of: plan.evaluation, model), to: evaluationItems)
        let graph = try graph(.evaluation)
        try run(examples, batches, graph) { _ in apus_cuda_control_t() }
    }

    /// Loss of a head in a batch of the last burst: the weighted sum over its rows, divided by their number.
    package func loss(ofHead head: Int, inBatch batch: Int) -> Double {
        let place = burst.result(step: batch, model: 0) + plan.results.losses[head]
        let rows = UnsafeRawPointer(place).assumingMemoryBound(to: Double.self)
        return (0..<batchRows[batch]).reduce(0.0) { $0 + rows[$1] } / Double(batchRows[batch])
    }

    /// Outputs (rows, C) of a head for a batch of the last burst; valid until the next.
    package func output(ofHead head: Int, inBatch batch: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(
            start: burst.result(step: batch, model: 0) + plan.results.outputs[head], count: batchRows[batch] * model.heads[head].outputShape[0])
    }

    private func run(
        _ examples: DeviceExamples, _ batches: [ArraySlice<Int>], _ graph: CUDAGraph, control: (Int) -> apus_cuda_control_t
    ) throws(CUDAError) {
        precondition(batches.count <= burst.capacity && batches.allSatisfy { (1...batchCapacity).contains($0.count) }, "a burst of other batches")
        batchRows = batches.map(\.count)
        var first = 0
        for (index, batch) in batches.enumerated() {
            var control = control(index)
            control.rows = UInt32(batch.count)
            control.first_index = UInt32(first)
            burst.controls.host.elements[index] = control
            first += batch.count
        }
        try examples.stage(batches, into: burst.indices.host.elements, on: stream)
        try burst.begin(steps: batches.count, indexCount: first, on: stream)
        for _ in batches { try graph.launch(on: stream) }
        try burst.end(steps: batches.count, on: stream)
    }

    private func upload(_ items: [apus_cuda_gather_item_t], to table: DeviceArray<apus_cuda_gather_item_t>) throws(CUDAError) {
        _ = table.host.elements.update(fromContentsOf: items)
        try table.upload(0..<items.count, on: stream)
    }

    // MARK: Graphs

    private func graph(_ pass: Pass) throws(CUDAError) -> CUDAGraph {
        if let graph = graphs[pass] { return graph }
        let calls =
            switch pass {
            case .training(let clipping):
                [plan.gather(plan.training, isTraining: true)] + plan.training.calls + plan.stepCalls(clipping: clipping)
            case .evaluation: [plan.gather(plan.evaluation, isTraining: false)] + plan.evaluation.calls + [plan.advance]
            }
        let tables = tables
        let graph = try stream.capture { () throws(CUDAError) in
            for call in calls { try library.launch(call, models: plan.models, tables, on: stream) }
        }
        try graph.upload(on: stream)
        graphs[pass] = graph
        return graph
    }

    private var tables: DeviceTables {
        DeviceTables(
            space: apus_cuda_space_t(
                slab: slab.pointer(to: Float.self), stride: Int64(plan.slabCount), controls: burst.controls.pointer, status: burst.status.pointer),
            trainingItems: trainingItems.pointer, evaluationItems: evaluationItems.pointer, indices: burst.indices.pointer,
            instructions: instructions.pointer, weightGradients: weightGradients.pointer, results: burst.results.pointer,
            resultModelStride: Int64(burst.resultModelStride))
    }

    /// Keys the masks of all dropout layers.
    private func keyDropout(epoch: UInt64) throws(CUDAError) {
        if epoch == keyedEpoch { return }
        for (layer, place) in plan.constants.dropoutKeys {
            let words = DropoutKey.words(seed: seed, layer: layer, step: epoch << 32)
            try uploadConstant([Float(bitPattern: words[0]), Float(bitPattern: words[1])], to: place)
        }
        keyedEpoch = epoch
    }

    private func uploadConstant(_ values: [Float], to place: Int) throws(CUDAError) {
        let pinned = try PinnedMemory<Float>(count: values.count, stream.context)
        _ = pinned.elements.update(from: values)
        try slab.upload(pinned, to: place * MemoryLayout<Float>.stride, on: stream)
        try stream.synchronize()
    }
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
