import Glibc

/// The few system calls that the hub needs, with failures as `HubError`.
enum FileSystem {
    static let noSpaceLeft = ENOSPC
    static let quotaExceeded = EDQUOT
    static let accessDenied = EACCES
    static let notPermitted = EPERM
    static let readOnly = EROFS

    static func message(_ number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    enum Kind: Equatable {
        case file(size: Int)
        case folder
        case symbolicLink
        case other
    }

    /// What is at a path; nil when nothing is. A symbolic link is reported as such unless `following`.
    static func kind(of path: String, following: Bool = true) -> Kind? {
        var status = stat()
        guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file(size: status.st_size)
        case S_IFDIR: .folder
        case S_IFLNK: .symbolicLink
        default: .other
        }
    }

    static func fileSize(_ path: String) -> Int? {
        if case .file(let size) = kind(of: path) { size } else { nil }
    }

    /// Makes a folder and those above it.
    static func makeFolders(_ path: String, mode: mode_t = 0o777) throws(HubError) {
        if mkdir(path, mode) == 0 || kind(of: path) == .folder { return }
        let failure = errno
        let parent = FilePath.parent(of: path)
        guard failure == ENOENT, parent != path else { throw HubError.system(failure, "make the folder", path) }
        try makeFolders(parent, mode: mode)
        guard mkdir(path, mode) == 0 || kind(of: path) == .folder else { throw HubError.system(errno, "make the folder", path) }
    }

    /// Makes the folders of a path from a repository below `root`, without ever following a symbolic link on the way.
    static func makeFolders(_ folders: [String], under root: String) throws(HubError) {
        for folder in folders {
            let path = root + "/" + folder
            if mkdir(path, 0o777) == 0 { continue }
            let failure = errno
            guard failure == EEXIST else { throw HubError.system(failure, "make the folder", path) }
            guard kind(of: path, following: false) == .folder else {
                throw HubError(
                    .damaged, "\(path) is not a folder, so nothing can be put below it", nextStep: "Remove it, or choose another cache folder")
            }
        }
    }

    /// The names in a folder, sorted, without `.` and `..`; none when the folder does not exist.
    static func names(in folder: String) throws(HubError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw HubError.system(errno, "read the folder", folder)
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

    /// The content of a small file; nil when it does not exist.
    ///
    /// - Parameter limit: the most bytes that are believed to be sensible.
    static func contents(of path: String, limit: Int) throws(HubError) -> [UInt8]? {
        guard let size = fileSize(path) else { return nil }
        guard size <= limit else { throw HubError(.damaged, "\(path) has \(size) bytes, more than the \(limit) that are sensible for it") }
        let file = try OpenFile(reading: path)
        var contents: [UInt8] = []
        contents.reserveCapacity(size)
        try file.readAll { (bytes) throws(HubError) in contents.append(contentsOf: bytes) }
        return contents
    }

    /// Makes the names in a folder durable.
    static func synchronise(folder: String) throws(HubError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HubError.system(errno, "open the folder", folder) }
        defer { close(descriptor) }
        // Some file systems cannot sync a folder and say EINVAL: nothing more can be done there.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw HubError.system(errno, "sync the folder", folder) }
    }

    static func rename(_ old: String, to new: String) throws(HubError) {
        guard Glibc.rename(old, new) == 0 else { throw HubError.system(errno, "rename \(old) to", new) }
    }

    /// Removes a file if it is there.
    static func remove(_ path: String) { unlink(path) }

    /// Makes a symbolic link, replacing what has its name, in one step.
    static func link(_ path: String, to target: String) throws(HubError) {
        let temporary = "\(FilePath.parent(of: path))/.\(Hexadecimal.random(8)).link"
        guard symlink(target, temporary) == 0 else { throw HubError.system(errno, "make the link", path) }
        do throws(HubError) { try rename(temporary, to: path) } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Where a symbolic link points; nil when the path is no link.
    static func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        return length > 0 && length < buffer.count ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }

    /// Bytes that this user may still write in the file system of a folder; nil when the system does not say.
    static func availableSpace(_ folder: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }

    /// Seconds since 1970.
    static func now() -> Int { time(nil) }

    static func pause(milliseconds: Int) { usleep(UInt32(milliseconds * 1000)) }
}

extension FileSystem {
    /// The regular files below a folder as relative paths, sorted; symbolic links are not followed.
    static func filesBelow(_ folder: String) throws(HubError) -> [String] {
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

    /// Removes a folder that this process made, with everything in it; links are removed, not followed.
    static func removeTree(_ folder: String) throws(HubError) {
        for name in try names(in: folder) {
            let path = folder + "/" + name
            if kind(of: path, following: false) == .folder { try removeTree(path) } else { unlink(path) }
        }
        rmdir(folder)
    }
}
