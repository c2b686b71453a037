import ApusCUDA
import CApusCUDA

/// What every kernel is given: where the models lie and which step it is.
protocol KernelArguments {
    var space: apus_cuda_space_t { get set }
}

extension apus_cuda_gather_t: KernelArguments {}
extension apus_cuda_gemm_t: KernelArguments {}
extension apus_cuda_weight_gradients_t: KernelArguments {}
extension apus_cuda_adam_t: KernelArguments {}
extension apus_cuda_rows_t: KernelArguments {}
extension apus_cuda_lstm_forward_t: KernelArguments {}
extension apus_cuda_lstm_backward_t: KernelArguments {}
extension apus_cuda_gru_forward_t: KernelArguments {}
extension apus_cuda_gru_backward_t: KernelArguments {}
extension apus_cuda_attention_t: KernelArguments {}
extension apus_cuda_step_mean_t: KernelArguments {}

/// Blocks along x and y; along z there is one for each model.
struct Grid: Equatable {
    var x: Int
    var y = 1
}

/// One launch of a kernel as it is planned, before there is memory.
struct KernelCall {
    let kernel: String
    let grid: Grid
    let threads: Int
    /// Bytes of dynamic shared memory.
    var sharedBytes = 0
    /// The arguments once the addresses on the device are known.
    let arguments: (DeviceTables) -> any KernelArguments

    init<A: KernelArguments>(_ kernel: String, grid: Grid, threads: Int, sharedBytes: Int = 0, _ arguments: A) {
        self.init(kernel, grid: grid, threads: threads, sharedBytes: sharedBytes) { _ in arguments }
    }

    init(
        _ kernel: String, grid: Grid, threads: Int, sharedBytes: Int = 0, binding arguments: @escaping (DeviceTables) -> any KernelArguments
    ) {
        self.kernel = kernel
        self.grid = grid
        self.threads = threads
        self.sharedBytes = sharedBytes
        self.arguments = arguments
    }

    /// Blocks of the launch for models side by side.
    func size(models: Int) -> CUDASize { CUDASize(grid.x, grid.y, models) }
}

/// Addresses on the device of what kernels read beside the slabs.
struct DeviceTables {
    var space: apus_cuda_space_t
    var trainingItems: UnsafePointer<apus_cuda_gather_item_t>?
    var evaluationItems: UnsafePointer<apus_cuda_gather_item_t>?
    var indices: UnsafePointer<Int32>?
    var instructions: UnsafePointer<apus_cuda_instruction_t>?
    var weightGradients: UnsafePointer<apus_cuda_weight_gradient_t>?
    var results: UnsafeMutablePointer<Float>?
    /// Floats of one model's results of all steps of a burst.
    var resultModelStride: Int64
}
