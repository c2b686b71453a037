import ApusCUDA

/// Whether there is an NVIDIA GPU that Apus can use.
struct CUDAProbe {
    let isUsable: Bool
    /// The device, or why there is none and what to do.
    let summary: String

    init() {
        do {
            summary = try CUDADevice.best().description
            isUsable = true
        } catch {
            summary = error.description
            isUsable = false
        }
    }
}
