import Glibc

/// The operating system's reason for the last failed call, with the hint that belongs to it.
func systemError(_ action: String, path: String) -> DataError {
    let number = errno
    let reason = String(cString: strerror(number))
    let hint =
        switch number {
        case ENOENT: "; check the path"
        case EACCES, EPERM: "; check the permissions"
        case ENOSPC, EDQUOT: "; free some space and try again"
        default: ""
        }
    return DataError(.system, "cannot \(action): \(reason)\(hint)", source: path)
}
