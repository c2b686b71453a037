import ApusCUDA
import ApusNN
import ApusTensor
import CApusCUDA

/// A model lowered to kernels: the layout of its memory on a device and what is launched for a step of training or evaluation.
///
/// Everything is known before anything is allocated, so that a model that does not fit is refused before its first batch.
struct DevicePlan {
    let capacity: Int
    let models: Int
    /// Floats of one model's slab.
    let slabCount: Int
    let parameters: FlatPlan
    let constants: ConstantPlan
    let instructions: [apus_cuda_instruction_t]
    let weightGradients: [apus_cuda_weight_gradient_t]
    let training: PassPlan
    let evaluation: PassPlan
    let results: ResultPlan

    /// - Parameters:
    ///   - capacity: rows of a batch.
    ///   - models: how many train side by side.
    ///   - positiveWeights: one per head.
    ///   - sharedBytes: most shared memory that a block of the device can have.
    /// - Throws: `CUDAError` when a layer has no kernel for its shape.
    init(_ model: Model, capacity: Int, models: Int = 1, positiveWeights: [Float], sharedBytes: Int) throws(CUDAError) {
        self.capacity = capacity
        self.models = models
        results = ResultPlan(capacity: capacity, outputs: model.heads.map { $0.outputShape[0] })
        var slab = SlabPlan()
        parameters = FlatPlan(count: model.parameterBuffer.count, in: &slab)
        let trainingTape = ModelTape(model, mode: .training, capacity: capacity, positiveWeights: positiveWeights)
        let evaluationTape = ModelTape(model, mode: .inference, capacity: capacity, positiveWeights: positiveWeights)
        constants = ConstantPlan(trainingTape.tape, in: &slab)

        // Evaluation and training never run at the same time: what they compute shares memory.
        var training = Lowering(
            trainingTape, capacity: capacity, parameters: parameters, constants: constants, results: results, slab: slab,
            sharedBytes: sharedBytes)
        self.training = try training.lower()
        var evaluation = Lowering(
            evaluationTape, capacity: capacity, parameters: parameters, constants: constants, results: results, slab: slab,
            sharedBytes: sharedBytes, firstInstruction: training.instructions.count)
        self.evaluation = try evaluation.lower()
        weightGradients = training.weightGradients
        instructions = training.instructions + evaluation.instructions
        slabCount = max(training.slab.count, evaluation.slab.count)
    }

    /// Bytes of all slabs.
    var slabBytes: Int { models * slabCount * MemoryLayout<Float>.stride }
}

/// Where the flat buffers of a model lie: parameters, their gradients, and the moments of Adam, `count` floats each.
struct FlatPlan {
    let count: Int
    let values: Int
    let gradients: Int
    let momentum: Int
    let velocity: Int
    /// Partial sums of squares, Float64.
    let squares: Int

    init(count: Int, in slab: inout SlabPlan) {
        self.count = count
        values = slab.reserve(count)
        gradients = slab.reserve(count)
        momentum = slab.reserve(count)
        velocity = slab.reserve(count)
        squares = slab.reserve(2 * Int(APUS_CUDA_SQUARES_BLOCKS))
    }

    func value(_ slot: ParameterSlot) -> Int { values + slot.offset }
    func gradient(_ slot: ParameterSlot) -> Int { gradients + slot.offset }
}
