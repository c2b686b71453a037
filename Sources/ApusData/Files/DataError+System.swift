import ApusSystem

extension DataError {
    /// A failed system call with the hint that belongs to it.
    init(_ error: SystemError) {
        let hint =
            if error.isNoSpace { "; free some space and try again" } else if error.isMissing { "; check the path" } else if error.isDenied {
                "; check the permissions"
            } else { "" }
        self.init(.system, "cannot \(error.operation): \(error.reason)\(hint)", source: error.path)
    }
}

/// Makes a folder and those above it that are missing.
func makeFolder(_ path: String) throws(DataError) {
    do { try FileSystem.makeFolder(path) } catch { throw DataError(error) }
}
