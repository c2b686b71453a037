package import Glibc

/// An open file with exactly one owner; closed when the owner is done with it.
package struct OpenFile: ~Copyable {
    package let descriptor: Int32
    package let path: String

    package init(reading path: String) throws(SystemError) {
        try self.init(path, O_RDONLY, operation: "read")
    }

    /// - Parameter operation: what an error says was tried.
    package init(_ path: String, _ flags: Int32, mode: mode_t = 0o666, operation: String = "open") throws(SystemError) {
        let descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError(operation, path) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// What the system says about the file.
    package func status() throws(SystemError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("read", path) }
        return status
    }

    /// Reads up to the buffer's size; 0 at the end of the file.
    ///
    /// - Parameter offset: where to read; nil goes on where the last call stopped, as pipes need it.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int? = nil) throws(SystemError) -> Int {
        while true {
            let count =
                if let offset { pread(descriptor, buffer.baseAddress, buffer.count, offset) } else {
                    Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                }
            if count >= 0 { return count }
            if errno != EINTR { throw SystemError("read", path) }
        }
    }

    /// Writes all bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write", path, code: count == 0 ? EIO : nil) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Returns when everything written is on the disk.
    package func synchronise() throws(SystemError) {
        // Some file systems cannot sync and say EINVAL: nothing more can be done there.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError("sync", path) }
    }

    /// Takes the lock of this open file (flock); false when somebody else has it. Closing the file gives it back.
    package func tryLock() throws(SystemError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: throw SystemError("lock", path)
            }
        }
        return true
    }

    /// Whether another open file has the lock that `tryLock` takes. Asking does not get in the way of others who ask.
    package var isLockedByAnother: Bool {
        while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
            if errno != EINTR { return errno == EWOULDBLOCK }
        }
        flock(descriptor, LOCK_UN)
        return false
    }

    package func unlock() { flock(descriptor, LOCK_UN) }

    /// Whether the file has no name any more.
    package var isUnlinked: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }
}
