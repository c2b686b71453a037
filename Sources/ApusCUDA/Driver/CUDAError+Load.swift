import CApusCUDA

extension CUDAError {
    private static let newDriver = "Install the NVIDIA driver 525 or newer, or train on the CPU with --device cpu"

    /// A library that could not be opened or does not have what is needed.
    init(_ status: apus_cuda_load_status_t, _ report: apus_cuda_load_report_t) {
        let library = text(of: report.library)
        let reason = text(of: report.text)
        switch status {
        case APUS_CUDA_NO_LIBRARY where report.named != 0:
            self.init(
                .unavailable, "the CUDA driver '\(library)' cannot be loaded (\(reason))",
                nextStep: "Name the driver's libcuda.so.1 in APUS_CUDA_DRIVER, or unset it to use the installed driver")
        case APUS_CUDA_NO_LIBRARY:
            // Most machines have none: they are told in few words, every time. What else a loader says is worth reading.
            let isAbsent = reason.hasPrefix("libcuda.so.1: ") && reason.hasSuffix("No such file or directory")
            self.init(
                .unavailable, "there is no NVIDIA driver here\(isAbsent ? "" : " (\(reason))")",
                nextStep: "Install the NVIDIA driver 525 or newer (in a container: start it with --gpus all), or train on the CPU with --device cpu")
        case APUS_CUDA_NO_FUNCTION:
            self.init(.unavailable, "the CUDA driver '\(library)' has no function \(reason)", nextStep: Self.newDriver)
        default:
            let version = CUDAVersion(report.version)
            self.init(
                .unavailable, "the NVIDIA driver is for CUDA \(version), and Apus needs one for CUDA 12.0 or later", nextStep: Self.newDriver)
        }
    }
}

/// The text in an array of characters of a C structure, which ends at a 0.
func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
