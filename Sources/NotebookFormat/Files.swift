import Glibc

/// Whole files, read and replaced.
package enum Files {
    /// The file's bytes.
    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError("read", path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError("read", path, code: EISDIR) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(Int(status.st_size), 1 << 30) + 1)
        let block = 1 << 16
        while true {
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: block) { buffer, count in
                let result = Glibc.read(descriptor, buffer.baseAddress, block)
                if result < 0 { failure = errno }
                count = max(result, 0)
            }
            if failure == EINTR { continue }
            guard failure == 0 else { throw FileError("read", path, code: failure) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }

    /// Replaces the file at once: whoever opens `path` finds the whole old content or the whole new one, whatever happens.
    ///
    /// The bytes go to a temporary file in the same folder, are synced to the disk, and the file takes the name. A symbolic
    /// link stays a link, and the permissions and the owner of a file that was there stay. What is no file, such as
    /// `/dev/null`, is written to and stays what it is.
    package static func replace(_ path: String, with text: String) throws(FileError) {
        let target = resolved(path)
        let temporary = "\(folder(of: target))/.\(name(of: target)).\(getpid()).incomplete"
        var status = stat()
        let exists = stat(target, &status) == 0
        guard !exists || status.st_mode & S_IFMT == S_IFREG else { return try writeThrough(path, text) }
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, exists ? status.st_mode & 0o777 : 0o666)
        guard descriptor >= 0 else { throw FileError("write", path) }
        do throws(FileError) {
            // The owner first: changing it may clear permissions. Only root may give a file away; others keep what they own.
            if exists {
                _ = fchown(descriptor, status.st_uid, status.st_gid)
                fchmod(descriptor, status.st_mode & 0o777)
            }
            try write(text, to: descriptor, path: path)
            guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError("write", path) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        guard rename(temporary, target) == 0 else {
            let error = FileError("write", path)
            unlink(temporary)
            throw error
        }
        syncFolder(folder(of: target))
    }

    /// Makes the folder and those above it that are missing.
    package static func makeFolder(_ path: String) throws(FileError) {
        var status = stat()
        guard !path.isEmpty, stat(path, &status) != 0 else { return }
        try makeFolder(folder(of: path))
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw FileError("make the folder", path) }
    }

    /// The part before the last `/`; `.` when there is none.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The part after the last `/`.
    package static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// The path with links followed, or as it is when nothing is there.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func write(_ text: String, to descriptor: Int32, path: String) throws(FileError) {
        var text = text
        let failure: Int32 = text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno != EINTR { return errno }
                rest = rest.dropFirst(max(count, 0))
            }
            return 0
        }
        guard failure == 0 else { throw FileError("write", path, code: failure) }
    }

    private static func writeThrough(_ path: String, _ text: String) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("write", path) }
        defer { close(descriptor) }
        try write(text, to: descriptor, path: path)
    }

    /// Makes the new name itself durable; a file system that cannot do it is no reason to fail.
    private static func syncFolder(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
