import Glibc

/// Reading and replacing whole files.
enum FileBytes {
    /// The size of the regular file at `path` in bytes.
    static func size(of path: String) throws(ModelFileError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ModelFileError(.unreadable, "this is not a file", hint: "Give the path of a model file.", path: path)
        }
        return Int(status.st_size)
    }

    /// The first `count` bytes, or fewer when the file is shorter.
    static func head(of path: String, count: Int) throws(ModelFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let part = Glibc.read(descriptor, buffer.baseAddress! + filled, count - filled)
                if part > 0 {
                    filled += part
                } else if part == 0 {
                    break
                } else if errno != EINTR {
                    failed = true
                    break
                }
            }
        }
        guard !failed else { throw unreadable(path) }
        return bytes
    }

    /// The whole file, which may not be larger than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(ModelFileError) -> [UInt8] {
        let size = try size(of: path)
        guard size <= limit else {
            throw ModelFileError(
                .damaged, "the file has \(size) bytes, and no such file may have more than \(limit)", hint: "Check that it is the file you meant.",
                path: path)
        }
        return try head(of: path, count: size)
    }

    /// Replaces the file at `path` by `bytes`: readers see the old file or the whole new one, also after a crash or a power cut.
    static func replace(_ path: String, with bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        let temporary = "\(folder)/.\(name).\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw unwritable(path) }
        var written = writeAll(bytes, to: descriptor) && fsync(descriptor) == 0
        let problem = errno
        written = close(descriptor) == 0 && written
        guard written, rename(temporary, path) == 0 else {
            let problem = written ? errno : problem
            unlink(temporary)
            errno = problem
            throw unwritable(path)
        }
        // The name itself is on disk only once the folder is.
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folderDescriptor >= 0 {
            fsync(folderDescriptor)
            close(folderDescriptor)
        }
    }

    static func replace(_ path: String, with bytes: [UInt8]) throws(ModelFileError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(ModelFileError) in try replace(path, with: buffer) }
        }
        try result.get()
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(descriptor, part.baseAddress, part.count)
            if count > 0 { rest = rest.dropFirst(count) } else if count < 0, errno != EINTR { return false }
        }
        return true
    }

    private static func unreadable(_ path: String) -> ModelFileError {
        ModelFileError(.unreadable, "cannot be read: \(reason())", hint: "Check the path and its permissions.", path: path)
    }

    private static func unwritable(_ path: String) -> ModelFileError {
        let hint = errno == ENOSPC || errno == EDQUOT ? "Free some space and try again." : "Check that the folder exists and may be written."
        return ModelFileError(.unwritable, "cannot be written: \(reason())", hint: hint, path: path)
    }

    /// The text of `errno`. `strerror_r`, because `strerror` shares its buffer between threads.
    private static func reason() -> String {
        let number = errno
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            strerror_r(number, buffer.baseAddress!, buffer.count) == 0 ? String(cString: buffer.baseAddress!) : "error \(number)"
        }
    }
}
