import ApusCUDA
import ApusTensor
import CApusCUDA

// Operations over the steps of a sequence: attention, and the mean.
extension Lowering {
    /// - Throws: `CUDAError` when there are more steps than a block has shared memory for.
    mutating func lower(_ attention: AttentionOp) throws(CUDAError) -> LoweredOperation {
        let (input, output, steps) = (attention.input, attention.output, attention.input.steps)
        let warps = 8
        let shared = warps * steps * MemoryLayout<Float>.stride
        guard shared + 1024 <= sharedBytes else {
            throw CUDAError.unsupported(
                "attention over \(steps) steps needs \(shared / 1024) KiB of shared memory a block, and this GPU has \(sharedBytes / 1024)")
        }
        define(output)
        let matrices = capacity * attention.heads * steps * padded(steps)
        var arguments = apus_cuda_attention_t()
        (arguments.steps, arguments.rows) = (Int32(steps), Int32(capacity))
        (arguments.heads, arguments.size) = (Int32(attention.heads), Int32(attention.size))
        arguments.scale = 1 / Float(attention.size).squareRoot()
        (arguments.qkv, arguments.output) = (Int64(place(input)), Int64(place(output)))
        arguments.probabilities = isTraining ? Int64(slab.reserve(matrices)) : -1
        (arguments.dqkv, arguments.doutput, arguments.scores) = (-1, -1, -1)
        let isDropping = isTraining && attention.rate > 0
        arguments.key = isDropping ? Int64(constants.dropoutKeys[attention.layer] ?? 0) : -1
        arguments.threshold = dropoutThreshold(attention.rate)
        arguments.factor = 1 / (1 - attention.rate)
        if isTraining {
            (arguments.dqkv, arguments.doutput) = (Int64(gradient(input)), Int64(gradient(output)))
            arguments.scores = Int64(slab.reserve(matrices))
        }
        let grid = Grid(x: (steps + warps - 1) / warps, y: capacity * attention.heads)
        func call(_ name: String) -> Work { .kernel(KernelCall(name, grid: grid, threads: 32 * warps, sharedBytes: shared, arguments)) }
        return LoweredOperation(
            forward: [call("attention_forward")],
            backward: isTraining ? [call("attention_backward_queries"), call("attention_backward_keys")] : [])
    }

    mutating func lower(_ mean: StepMeanOp) -> LoweredOperation {
        define(mean.output)
        var arguments = apus_cuda_step_mean_t()
        (arguments.steps, arguments.rows, arguments.features) = (Int32(mean.input.steps), Int32(capacity), Int32(mean.input.features))
        (arguments.x, arguments.y) = (Int64(place(mean.input)), Int64(place(mean.output)))
        let grid = Grid(x: capacity)
        var lowered = LoweredOperation(forward: [.kernel(KernelCall("step_mean", grid: grid, threads: 128, arguments))])
        guard hasGradient(mean.input) else { return lowered }
        (arguments.dx, arguments.dy) = (Int64(gradient(mean.input)), Int64(gradient(mean.output)))
        arguments.accumulates = accumulates(mean.input) ? 1 : 0
        lowered.backward = [.kernel(KernelCall("step_mean_gradient", grid: grid, threads: 128, arguments))]
        return lowered
    }
}
