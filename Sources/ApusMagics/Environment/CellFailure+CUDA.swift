import ApusCUDA
import ApusSession

extension CellFailure {
    /// What a GPU could not do, with its next step as the hint.
    init(_ error: CUDAError) { self.init(error.kind == .unavailable ? "NoCUDA" : "CUDAError", error.message, hint: error.nextStep) }
}
