import Glibc

/// A file that appears complete or not at all: written under a temporary name in the same folder, synced, then renamed.
///
/// Dropping the object before `commit()` removes the temporary file.
public final class AtomicFile {
    public let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var isSynced = false

    private static let bufferSize = 1 << 18

    /// - Throws: `DataError` when the folder is missing or not writable.
    public init(path: String) throws(DataError) {
        self.path = path
        // Hidden, so that a reader that lists the folder while we write does not see it.
        let separator = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = separator.map { String(path[...$0]) } ?? ""
        let name = separator.map { String(path[path.index(after: $0)...]) } ?? path
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        temporaryPath = "\(folder).\(name).\(suffix).partial"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw systemError("create the file", path: path) }
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !temporaryPath.isEmpty, !isCommitted { unlink(temporaryPath) }
    }

    private var isCommitted = false

    public func write(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
        if buffer.count + bytes.count <= Self.bufferSize {
            buffer.append(contentsOf: bytes)
        } else {
            try flush()
            if bytes.count >= Self.bufferSize { try writeThrough(bytes) } else { buffer.append(contentsOf: bytes) }
        }
    }

    public func write(_ bytes: [UInt8]) throws(DataError) {
        try bytes.withBytes { (bytes) throws(DataError) in try write(bytes) }
    }

    public func write(_ text: String) throws(DataError) { try write(Array(text.utf8)) }

    /// Writes everything to the disk; afterwards only `commit()` is left, which needs no space.
    public func sync() throws(DataError) {
        guard !isSynced else { return }
        try flush()
        guard fsync(descriptor) == 0 else { throw systemError("write the file to the disk", path: path) }
        // Some file systems report a full disk only here.
        let closing = descriptor
        descriptor = -1
        guard close(closing) == 0 else { throw systemError("close the file", path: path) }
        isSynced = true
    }

    /// Syncs and gives the file its final name, replacing an older one.
    public func commit() throws(DataError) {
        try sync()
        guard rename(temporaryPath, path) == 0 else { throw systemError("rename the finished file", path: path) }
        isCommitted = true
        syncFolder()
    }

    private func flush() throws(DataError) {
        guard !buffer.isEmpty else { return }
        try buffer.withBytes { (bytes) throws(DataError) in try writeThrough(bytes) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw systemError("write the file", path: path)
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Makes the rename itself durable. Failing to do so loses nothing that was there before, so it is not an error.
    private func syncFolder() {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
