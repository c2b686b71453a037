import CApusCUDA

/// How the gradient of a step is kept within bounds: the norm of all of it, or each element.
package enum CUDAClipping: Hashable, Sendable {
    case none
    case norm(Float)
    case value(Float)
}

// What is launched before and after the kernels of a pass.
extension DevicePlan {
    /// A whole step.
    func calls(_ key: CUDATrainingStep.GraphKey) -> [KernelCall] {
        switch key {
        case .training(let clipping): [gather(training, isTraining: true)] + training.calls + stepCalls(clipping: clipping)
        case .evaluation: [gather(evaluation, isTraining: false)] + evaluation.calls + [advance]
        }
    }

    /// Everything that any step launches.
    var allCalls: [KernelCall] { calls(.training(.norm(1))) + calls(.evaluation) }

    /// Arrays that a batch is gathered from: inputs, and for each head targets and weights.
    var gatherCount: Int { 1 + 2 * training.targets.count }

    /// Brings the rows of a batch into the slab.
    private func gather(_ pass: PassPlan, isTraining: Bool) -> KernelCall {
        let rows = Int32(capacity)
        return KernelCall("gather", grid: Grid(x: capacity, y: gatherCount), threads: 128) { tables in
            apus_cuda_gather_t(
                space: apus_cuda_space_t(), items: isTraining ? tables.trainingItems : tables.evaluationItems, indices: tables.indices, rows: rows)
        }
    }

    /// Everything from the gradients of values to the next step.
    private func stepCalls(clipping: CUDAClipping) -> [KernelCall] {
        var adam = apus_cuda_adam_t()
        (adam.values, adam.gradients) = (Int64(parameters.values), Int64(parameters.gradients))
        (adam.m, adam.v) = (Int64(parameters.momentum), Int64(parameters.velocity))
        (adam.count, adam.squares) = (Int64(parameters.count), Int64(parameters.squares))
        var calls = gradientCalls
        switch clipping {
        case .none: adam.clipping = Int32(bitPattern: APUS_CUDA_UNCLIPPED.rawValue)
        case .value(let maximum):
            adam.clipping = Int32(bitPattern: APUS_CUDA_CLIP_VALUE.rawValue)
            adam.maximum = maximum
        case .norm(let maximum):
            adam.clipping = Int32(bitPattern: APUS_CUDA_CLIP_NORM.rawValue)
            adam.maximum = maximum
            calls.append(KernelCall("sum_squares", grid: Grid(x: Int(APUS_CUDA_SQUARES_BLOCKS)), threads: 256, adam))
        }
        calls.append(KernelCall("adam", grid: Grid(x: (parameters.count + 255) / 256), threads: 256, adam))
        return calls + [advance]
    }

    /// Gradients of all parameters, in one launch for the parts of the sums and one to add them.
    private var gradientCalls: [KernelCall] {
        guard let last = weightGradients.last else { return [] }
        let count = Int32(weightGradients.count)
        func arguments(_ tables: DeviceTables) -> any KernelArguments {
            apus_cuda_weight_gradients_t(space: apus_cuda_space_t(), items: tables.weightGradients, count: count)
        }
        let (blocks, sumBlocks) = (last.first_block + Lowering.blocks(last), last.first_sum_block + Lowering.sumBlocks(last))
        return [
            KernelCall("weight_gradients", grid: Grid(x: Int(blocks)), threads: Int(APUS_CUDA_GEMM_THREADS), binding: arguments),
            KernelCall("sum_gradients", grid: Grid(x: Int(sumBlocks)), threads: 256, binding: arguments),
        ]
    }

    /// Goes on to the next step of a burst.
    private var advance: KernelCall { KernelCall("advance", grid: Grid(x: 1), threads: 1, apus_cuda_adam_t()) }
}
