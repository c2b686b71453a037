import ApusSystem
import Glibc

extension CheckpointError {
    init(_ error: SystemError) {
        let hint =
            switch error.code {
            case ENOSPC, EDQUOT: " Free some space or choose another checkpoint folder."
            case EACCES, EPERM, EROFS: " Choose a checkpoint folder that you may write to."
            default: ""
            }
        self.init(.io, "Cannot \(error.operation) \(error.path): \(error.reason).\(hint)")
    }
}
