import ApusCUDA

/// Whether there is an NVIDIA GPU that Apus can use.
struct CUDAProbe {
    let device: Result<CUDADevice, CUDAError> = Result { () throws(CUDAError) in try CUDADevice.best() }

    /// The device, or why there is none.
    var summary: String {
        switch device {
        case .success(let device): device.description
        case .failure(let error): error.message
        }
    }
}
