import CApusCUDA

extension CUDAError {
    private static let onCPU = "train on the CPU with --device cpu"
    private static let report = "Train on the CPU with --device cpu, and report this with what nvidia-smi shows"

    /// A call of the driver that failed.
    ///
    /// - Parameters:
    ///   - function: the driver's name of it, such as `cuMemAlloc`.
    ///   - explanation: the driver's name and text of the error, such as `CUDA_ERROR_UNKNOWN: unknown error`.
    ///   - isSetup: whether it belongs to finding and opening a device, so that any failure means that there is none.
    init(code: Int, function: String, explanation: String, isSetup: Bool) {
        let cause = "\(function) failed with error \(code), \(explanation)"
        if let error = Self.missing(code, cause) ?? Self.unusable(code, cause) ?? Self.lost(code, cause) {
            self = error
        } else if code == APUS_CUDA_ERROR_OUT_OF_MEMORY {
            self.init(
                .outOfMemory, code: code, "the GPU has too little free memory (\(cause))",
                nextStep: "Close other programs that use the GPU, use a smaller --batch-size, or \(Self.onCPU)")
        } else {
            self.init(isSetup ? .unavailable : .other, code: code, cause, nextStep: Self.report)
        }
    }

    /// Memory that could not be allocated.
    ///
    /// - Parameters:
    ///   - needed: bytes asked for.
    ///   - free: bytes that the GPU has left, or nil when it does not say; so for `total`.
    init(needed: Int, free: Int?, total: Int?) {
        let left = if let free, let total { "\(MemorySize(free)) of \(MemorySize(total)) are free" } else { "less is free" }
        self.init(
            .outOfMemory, code: Int(APUS_CUDA_ERROR_OUT_OF_MEMORY), "the GPU has too little memory: \(MemorySize(needed)) are needed, \(left)",
            nextStep: "Use a smaller --batch-size, close other programs that use the GPU, or \(Self.onCPU)")
    }

    /// There is no device, or it may not be used now.
    private static func missing(_ code: Int, _ cause: String) -> CUDAError? {
        switch code {
        case APUS_CUDA_ERROR_NO_DEVICE:
            CUDAError(
                .unavailable, code: code, "the NVIDIA driver finds no GPU (\(cause))",
                nextStep: "Check that nvidia-smi lists one and that CUDA_VISIBLE_DEVICES does not hide it, or \(onCPU)")
        case APUS_CUDA_ERROR_DEVICE_UNAVAILABLE, APUS_CUDA_ERROR_INVALID_DEVICE:
            CUDAError(
                .unavailable, code: code, "the GPU may not be used now (\(cause))",
                nextStep: "End the program that has it for itself, or allow several with `nvidia-smi -c DEFAULT`, or \(onCPU)")
        case APUS_CUDA_ERROR_SYSTEM_NOT_READY:
            CUDAError(
                .unavailable, code: code, "the GPUs of this machine are not ready (\(cause))",
                nextStep: "Start the service nvidia-fabricmanager, or \(onCPU)")
        case APUS_CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
            CUDAError(
                .unavailable, code: code, "the NVIDIA driver's library and its kernel module are of different versions (\(cause))",
                nextStep: "Restart the machine to load the module that belongs to the library, or \(onCPU)")
        case APUS_CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE:
            CUDAError(
                .unavailable, code: code, "this GPU cannot use a driver library that is newer than its kernel module (\(cause))",
                nextStep: "Remove the folder cuda/compat from LD_LIBRARY_PATH, or update the NVIDIA driver, or \(onCPU)")
        default: nil
        }
    }

    /// The driver cannot compile the kernels for the device.
    private static func unusable(_ code: Int, _ cause: String) -> CUDAError? {
        switch code {
        case APUS_CUDA_ERROR_NO_BINARY_FOR_GPU, APUS_CUDA_ERROR_INVALID_PTX, APUS_CUDA_ERROR_UNSUPPORTED_PTX_VERSION:
            CUDAError(
                .unavailable, code: code, "the driver cannot compile the kernels for this GPU (\(cause))",
                nextStep: "Update the NVIDIA driver to 525 or newer, or \(onCPU)")
        case APUS_CUDA_ERROR_JIT_COMPILER_NOT_FOUND:
            CUDAError(
                .unavailable, code: code, "the driver's compiler, libnvidia-ptxjitcompiler.so.1, is missing (\(cause))",
                nextStep: "Install it with the driver (in a container: set NVIDIA_DRIVER_CAPABILITIES=compute,utility), or \(onCPU)")
        default: nil
        }
    }

    /// Errors after which the device's memory is lost to this process.
    private static func lost(_ code: Int, _ cause: String) -> CUDAError? {
        let codes: [Int] = [
            APUS_CUDA_ERROR_ECC_UNCORRECTABLE, APUS_CUDA_ERROR_NVLINK_UNCORRECTABLE, APUS_CUDA_ERROR_CONTAINED,
            APUS_CUDA_ERROR_ILLEGAL_ADDRESS, APUS_CUDA_ERROR_LAUNCH_TIMEOUT, APUS_CUDA_ERROR_CONTEXT_IS_DESTROYED, APUS_CUDA_ERROR_ASSERT,
            APUS_CUDA_ERROR_HARDWARE_STACK_ERROR, APUS_CUDA_ERROR_ILLEGAL_INSTRUCTION, APUS_CUDA_ERROR_MISALIGNED_ADDRESS,
            APUS_CUDA_ERROR_INVALID_ADDRESS_SPACE, APUS_CUDA_ERROR_INVALID_PC, APUS_CUDA_ERROR_LAUNCH_FAILED,
        ]
        guard codes.contains(code) else { return nil }
        return CUDAError(
            .deviceLost, code: code, "the GPU stopped in the middle of the work (\(cause))",
            nextStep: "Restart the session and continue from the last checkpoint with --resume, or \(onCPU)")
    }
}
