import CApusCUDA

/// Numbers of blocks in a grid, or of threads in a block.
package struct CUDASize: Sendable, Equatable, CustomStringConvertible {
    package var x, y, z: Int

    package init(_ x: Int, _ y: Int = 1, _ z: Int = 1) {
        self.x = x
        self.y = y
        self.z = z
    }

    package var description: String { "\(x) x \(y) x \(z)" }
}

/// A kernel on the device.
///
/// `@unchecked Sendable`: the driver's functions may be called from any thread.
package final class CUDAFunction: @unchecked Sendable {
    package let name: String
    /// Registers of a thread.
    package let registers: Int
    /// Bytes of a thread's own memory, which lies in the device's: variables for which there was no register.
    package let localBytes: Int
    /// Bytes of shared memory that a block has without asking.
    package let sharedBytes: Int
    /// Threads that a block may have, given its registers.
    package let maximumThreads: Int

    private let module: CUDAModule
    private let handle: apus_cuda_function_t

    init(_ name: String, of module: CUDAModule, _ moduleHandle: apus_cuda_module_t) throws(CUDAError) {
        let context = module.context
        var function: apus_cuda_function_t?
        let result = name.withCString { name in context.result { $0.module_function(&function, moduleHandle, name) } }
        if result == APUS_CUDA_ERROR_NOT_FOUND {
            throw CUDAError(
                .other, code: Int(result), "the program on the GPU has no kernel '\(name)'",
                nextStep: "Report this: the binary and its kernels do not belong together")
        }
        try context.device.driver.check(result, "cuModuleGetFunction")
        guard let function else { preconditionFailure("cuModuleGetFunction succeeded without a function") }
        func attribute(_ number: Int) throws(CUDAError) -> Int {
            var value: Int32 = 0
            try context.call("cuFuncGetAttribute") { $0.function_attribute(&value, Int32(number), function) }
            return Int(value)
        }
        registers = try attribute(APUS_CUDA_FUNCTION_REGISTERS)
        localBytes = try attribute(APUS_CUDA_FUNCTION_LOCAL_BYTES)
        sharedBytes = try attribute(APUS_CUDA_FUNCTION_SHARED_BYTES)
        maximumThreads = try attribute(APUS_CUDA_FUNCTION_MAX_THREADS_PER_BLOCK)
        self.name = name
        self.module = module
        handle = function
    }

    /// Lets launches ask for up to `bytes` of dynamic shared memory; more than 48 KiB must be allowed before.
    package func allowDynamicSharedMemory(_ bytes: Int) throws(CUDAError) {
        let limit = module.context.device.sharedMemoryPerBlock
        guard bytes + sharedBytes <= limit else {
            throw CUDAError(
                .unavailable, "the kernel '\(name)' needs \(MemorySize(bytes + sharedBytes)) of shared memory, and this GPU has \(MemorySize(limit))",
                nextStep: "Use smaller layers, or train on the CPU with --device cpu")
        }
        // Who uses the same module may have asked for more.
        var allowed: Int32 = 0
        try module.context.call("cuFuncGetAttribute") {
            $0.function_attribute(&allowed, Int32(APUS_CUDA_FUNCTION_MAX_DYNAMIC_SHARED_BYTES), handle)
        }
        guard allowed < bytes else { return }
        try module.context.call("cuFuncSetAttribute") {
            $0.function_set_attribute(handle, Int32(APUS_CUDA_FUNCTION_MAX_DYNAMIC_SHARED_BYTES), Int32(bytes))
        }
    }

    /// Gives the kernel to a stream.
    ///
    /// - Parameters:
    ///   - grid: blocks.
    ///   - block: threads of a block.
    ///   - sharedBytes: of dynamic shared memory, for each block.
    ///   - arguments: the kernel's one parameter, a C structure of `CUDAArguments.h`; it is copied.
    package func launch<Arguments>(
        grid: CUDASize, block: CUDASize, sharedBytes: Int = 0, arguments: Arguments, on stream: CUDAStream
    ) throws(CUDAError) {
        let context = module.context
        let result = withUnsafePointer(to: arguments) { pointer in
            var parameter: UnsafeMutableRawPointer? = UnsafeMutableRawPointer(mutating: pointer)
            return context.result {
                $0.launch(
                    handle, UInt32(grid.x), UInt32(grid.y), UInt32(grid.z), UInt32(block.x), UInt32(block.y), UInt32(block.z),
                    UInt32(sharedBytes), stream.handle, &parameter, nil)
            }
        }
        guard result != APUS_CUDA_SUCCESS else { return }
        let launch = "cuLaunchKernel of '\(name)' (\(grid) blocks of \(block) threads, \(sharedBytes) B of shared memory)"
        throw CUDAError(code: Int(result), function: launch, explanation: context.device.driver.explanation(result), isSetup: false)
    }
}
