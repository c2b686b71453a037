import ApusSystem
import Glibc

/// Why a file could not be read or written: what was tried, on which path, and the system's reason.
public struct FileError: Error, Equatable, CustomStringConvertible {
    public let operation: String
    public let path: String
    /// The `errno` value.
    public let code: Int32

    /// - Parameter operation: what was tried where the failed system call would tell too much.
    init(_ error: SystemError, operation: String? = nil, path: String? = nil) {
        self.operation = operation ?? error.operation
        self.path = path ?? error.path
        code = error.code
    }

    public var reason: String { SystemError.reason(code) }

    public var description: String {
        let hint =
            switch code {
            case ENOSPC: ": free some space, then try again"
            case EACCES, EPERM, EROFS: ": choose a folder that you may write to"
            default: ""
            }
        return "cannot \(operation) \(path): \(reason)\(operation == "read" ? "" : hint)"
    }
}
