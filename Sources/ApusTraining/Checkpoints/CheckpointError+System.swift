import ApusSystem

extension CheckpointError {
    init(_ error: SystemError) {
        let hint = error.isNoSpace ? " Free some space or choose another checkpoint folder." : ""
        self.init(.io, "Cannot \(error.operation) \(error.path): \(error.reason).\(hint)")
    }
}
