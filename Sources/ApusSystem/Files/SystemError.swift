import Glibc

/// A system call that failed: what was tried, on which path, and the system's reason. Each part adds the next step in its own error.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, as it reads after "cannot": `write`, `make the folder`.
    package let operation: String
    package let path: String
    /// The `errno` value.
    package let code: Int32

    /// The failure of the last system call, or `code` where it is known.
    package init(_ operation: String, _ path: String, code: Int32? = nil) {
        self.code = code ?? errno
        self.operation = operation
        self.path = path
    }

    package var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
    package var isMissing: Bool { code == ENOENT }
    package var isDenied: Bool { code == EACCES || code == EPERM || code == EROFS }
    /// The file is larger than the limit it was read with.
    package var isTooLarge: Bool { code == EFBIG }

    package var reason: String { Self.reason(code) }

    /// `cannot write a/b: No space left on device`
    package var description: String { "cannot \(operation) \(path): \(reason)" }

    /// The system's text for an `errno` value; `strerror` would share its buffer between threads.
    package static func reason(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            strerror_r(code, buffer.baseAddress!, buffer.count) == 0 ? String(cString: buffer.baseAddress!) : "error \(code)"
        }
    }

    /// The system's text for the last call that failed.
    package static var lastReason: String { reason(errno) }
}
