import Glibc

/// Why a file could not be read or written: what was tried, on which path, and the system's reason.
public struct FileError: Error, Equatable, CustomStringConvertible {
    public let operation: String
    public let path: String
    /// The `errno` value.
    public let code: Int32

    /// The failure of the last system call, or `code` where it is known.
    package init(_ operation: String, _ path: String, code: Int32? = nil) {
        self.code = code ?? errno
        self.operation = operation
        self.path = path
    }

    public var reason: String { String(cString: strerror(code)) }

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
