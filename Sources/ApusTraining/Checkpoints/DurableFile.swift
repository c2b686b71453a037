import Glibc

/// File operations that survive a kill at any instant: a file is there whole or not at all.
enum DurableFile {
    /// Writes `bytes` to a temporary name in the same folder and flushes them to the device; the caller renames.
    static func writeTemporary(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
        let descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create", path) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = failure("write \(bytes.count) bytes to", path)
                close(descriptor)
                unlink(path)
                throw error
            }
            written += count
        }
        guard fsync(descriptor) == 0 else {
            let error = failure("flush", path)
            close(descriptor)
            unlink(path)
            throw error
        }
        close(descriptor)
    }

    static func rename(_ source: String, _ target: String) throws(CheckpointError) {
        guard Glibc.rename(source, target) == 0 else { throw failure("rename to \(target)", source) }
    }

    /// Makes renames in `folder` durable.
    static func flush(folder: String) throws(CheckpointError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flush", folder) }
    }

    /// The whole file, or nil when there is none.
    static func read(_ path: String) throws(CheckpointError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError(.damaged, "\(path) is not a regular file.")
        }
        let size = Int(status.st_size)
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = Glibc.read(descriptor, buffer.baseAddress! + count, size - count)
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                guard got > 0 else { return }
                count += got
            }
        }
        if failed { throw failure("read", path) }
        return bytes
    }

    /// Creates the folder and those above it.
    static func makeFolder(_ path: String) throws(CheckpointError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += (prefix.isEmpty || prefix == "/" ? "" : "/") + part
            if mkdir(prefix, 0o755) != 0, errno != EEXIST { throw failure("create folder", prefix) }
        }
    }

    static func failure(_ action: String, _ path: String) -> CheckpointError {
        let code = errno
        let hint = code == ENOSPC || code == EDQUOT ? " Free some space or choose another checkpoint folder." : ""
        return CheckpointError(.io, "Cannot \(action) \(path): \(String(cString: strerror(code))).\(hint)")
    }
}
