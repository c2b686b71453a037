import Glibc

/// An open file with exactly one owner; closed when the owner is done with it.
struct OpenFile: ~Copyable {
    let descriptor: Int32
    let path: String

    /// Bytes moved at once: large enough for full speed, small enough to hear an interrupt soon.
    static let bufferSize = 1 << 20

    init(reading path: String) throws(HubError) {
        try self.init(path, O_RDONLY, action: "open")
    }

    init(_ path: String, _ flags: Int32, mode: mode_t = 0o666, action: String) throws(HubError) {
        let descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw HubError.system(errno, action, path) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Hands everything from an offset to `consume` in pieces of up to `bufferSize` bytes.
    func readAll(from offset: Int = 0, shouldStop: () -> Bool = { false }, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void)
        throws(HubError)
    {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
        defer { buffer.deallocate() }
        var position = offset
        while true {
            if shouldStop() { throw HubError.cancelled }
            let count = pread(descriptor, buffer.baseAddress, buffer.count, position)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw HubError.system(errno, "read", path) }
            if count == 0 { return }
            try consume(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += count
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, base, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw HubError.system(errno, "write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func synchronise() throws(HubError) {
        guard fsync(descriptor) == 0 else { throw HubError.system(errno, "sync", path) }
    }

    /// Takes the lock of this open file; false when somebody else has it.
    func tryLock() throws(HubError) -> Bool {
        while true {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: throw HubError.system(errno, "lock", path)
            }
        }
    }

    func unlock() { flock(descriptor, LOCK_UN) }

    /// Whether the file has no name any more.
    var isUnlinked: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }
}
