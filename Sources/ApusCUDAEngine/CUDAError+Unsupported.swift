package import ApusCUDA

extension CUDAError {
    /// A model that the kernels cannot run; the CPU can.
    package static func unsupported(_ reason: String) -> CUDAError {
        CUDAError(.unavailable, reason, nextStep: "Train this model on the CPU with --device cpu")
    }
}
