package import Glibc

extension FileSystem {
    /// Makes a folder and those above it that are missing, durably; does nothing when it is there.
    package static func makeFolder(_ path: String, mode: mode_t = 0o777) throws(SystemError) {
        if mkdir(path, mode) == 0 { return try synchronise(folder: FilePath.folder(of: path)) }
        let failure = SystemError("make the folder", path)
        if kind(of: path) == .folder { return }
        let parent = FilePath.folder(of: path)
        guard failure.isMissing, parent != path else { throw failure }
        try makeFolder(parent, mode: mode)
        if mkdir(path, mode) == 0 { return try synchronise(folder: parent) }
        // Somebody may have made it in between.
        let second = SystemError("make the folder", path)
        guard kind(of: path) == .folder else { throw second }
    }

    /// The names in a folder, sorted, without `.` and `..`; none when the folder does not exist.
    package static func names(in folder: String) throws(SystemError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw SystemError("read the folder", folder)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The regular files below a folder as relative paths, sorted; symbolic links are not followed.
    package static func filesBelow(_ folder: String) throws(SystemError) -> [String] {
        var files: [String] = []
        for name in try names(in: folder) {
            switch kind(of: folder + "/" + name, following: false) {
            case .file: files.append(name)
            case .folder: files += try filesBelow(folder + "/" + name).map { name + "/" + $0 }
            default: break
            }
        }
        return files
    }

    /// Makes the names in a folder durable.
    package static func synchronise(folder: String) throws(SystemError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder may be writable and not readable: its names cannot be synced then.
        guard descriptor >= 0 || errno == EACCES else { throw SystemError("open the folder", folder) }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError("sync the folder", folder) }
    }

    /// Removes a folder with everything in it, or what else has the name; links are removed, not followed.
    package static func removeTree(_ folder: String) throws(SystemError) {
        guard kind(of: folder, following: false) == .folder else { return remove(folder) }
        for name in try names(in: folder) { try removeTree(folder + "/" + name) }
        rmdir(folder)
    }

    /// Removes what killed processes left in a folder: files of this shape that nobody holds a lock on.
    ///
    /// - Parameter kept: a path that stays.
    package static func removeAbandoned(in folder: String, prefix: String, suffix: String, except kept: String? = nil) {
        for name in (try? names(in: folder)) ?? [] where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let path = folder + "/" + name
            guard path != kept, case .file = kind(of: path, following: false) else { continue }
            if let file = try? OpenFile(path, O_RDWR | O_NOFOLLOW), (try? file.tryLock()) == true { remove(path) }
        }
    }

    /// Bytes that this user may still write in the file system of a folder; nil when the system does not say.
    package static func availableSpace(_ folder: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
}
