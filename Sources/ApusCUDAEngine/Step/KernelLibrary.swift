import ApusCUDA

/// The kernels that a plan launches, on one device.
struct KernelLibrary {
    private let functions: [String: CUDAFunction]

    /// Dynamic shared memory that every kernel may have without asking.
    private static let usualSharedBytes = 48 << 10

    /// - Throws: `CUDAError` when the driver cannot compile them, or a block would need more shared memory than the device has.
    init(for calls: [KernelCall], in module: CUDAModule) throws(CUDAError) {
        var functions: [String: CUDAFunction] = [:]
        var shared: [String: Int] = [:]
        for call in calls {
            if functions[call.kernel] == nil { functions[call.kernel] = try module.function(call.kernel) }
            shared[call.kernel] = max(shared[call.kernel] ?? 0, call.sharedBytes)
        }
        for (name, bytes) in shared where bytes > Self.usualSharedBytes { try functions[name]?.allowDynamicSharedMemory(bytes) }
        self.functions = functions
    }

    /// Gives a kernel to the stream, for models side by side.
    func launch(_ call: KernelCall, models: Int, _ tables: DeviceTables, on stream: CUDAStream) throws(CUDAError) {
        try launch(function(call.kernel), call, call.size(models: models), call.arguments(tables), tables, stream)
    }

    func function(_ kernel: String) -> CUDAFunction {
        guard let function = functions[kernel] else { preconditionFailure("the kernel \(kernel) was not loaded") }
        return function
    }

    private func launch(
        _ function: CUDAFunction, _ call: KernelCall, _ grid: CUDASize, _ arguments: some KernelArguments, _ tables: DeviceTables,
        _ stream: CUDAStream
    ) throws(CUDAError) {
        var arguments = arguments
        arguments.space = tables.space
        try function.launch(grid: grid, block: CUDASize(call.threads), sharedBytes: call.sharedBytes, arguments: arguments, on: stream)
    }
}
