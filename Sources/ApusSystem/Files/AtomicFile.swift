package import Glibc

/// A file that appears complete or not at all: written under a temporary name in the same folder, synced, then renamed.
///
/// Dropping the object before `commit()` removes the temporary file; after a kill or a power cut there is the old file or the new one.
package final class AtomicFile {
    package let path: String
    package let temporaryPath: String
    private let file: OpenFile
    private var buffer: [UInt8] = []
    private var isSynced = false
    private var isCommitted = false

    private static let bufferSize = 1 << 18

    /// - Parameters:
    ///   - temporaryPath: a name in the same folder; by default hidden and random, so that who lists the folder meanwhile does not see it.
    ///   - mode: the permissions of the new file, before the umask.
    package init(path: String, temporaryPath: String? = nil, mode: mode_t = 0o666) throws(SystemError) {
        let temporaryPath = temporaryPath ?? Self.temporaryPath(for: path)
        self.path = path
        self.temporaryPath = temporaryPath
        do {
            file = try OpenFile(temporaryPath, O_RDWR | O_CREAT | O_EXCL, mode: mode)
        } catch {
            throw SystemError("create", path, code: error.code)
        }
    }

    deinit { if !isCommitted { unlink(temporaryPath) } }

    private static func temporaryPath(for path: String) -> String {
        "\(FilePath.folder(of: path))/.\(FilePath.name(of: path)).\(String(UInt64.random(in: .min ... .max), radix: 36)).partial"
    }

    /// Gives the new file the owner and the permissions of another, as far as this user may.
    package func takeOwner(of status: stat) {
        // The owner first: changing it may clear permissions. Only root may give a file away; others keep what they own.
        _ = fchown(file.descriptor, status.st_uid, status.st_gid)
        fchmod(file.descriptor, status.st_mode & 0o777)
    }

    /// Locks the temporary file until it has its name, so that other processes can tell it from one that a killed process left.
    ///
    /// - Returns: false when somebody took it for abandoned before it was locked.
    package func lock() throws(SystemError) -> Bool { try file.tryLock() && !file.isUnlinked }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count >= Self.bufferSize { try writeThrough(bytes) } else { buffer.append(contentsOf: bytes) }
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in try write(UnsafeRawBufferPointer(bytes)) }
    }

    package func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

    /// Writes everything to the disk; afterwards only `commit()` is left, which needs no space.
    package func sync() throws(SystemError) {
        guard !isSynced else { return }
        try flush()
        do { try file.synchronise() } catch { throw SystemError("write", path, code: error.code) }
        isSynced = true
    }

    /// Syncs and gives the file its final name, replacing an older one.
    package func commit() throws(SystemError) {
        try sync()
        guard rename(temporaryPath, path) == 0 else { throw SystemError("write", path) }
        isCommitted = true
        try FileSystem.synchronise(folder: FilePath.folder(of: path))
    }

    private func flush() throws(SystemError) {
        guard !buffer.isEmpty else { return }
        try buffer.withUnsafeBufferPointer { (bytes) throws(SystemError) in try writeThrough(UnsafeRawBufferPointer(bytes)) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        do { try file.write(bytes) } catch { throw SystemError("write", path, code: error.code) }
    }
}

extension AtomicFile {
    /// Writes a whole file in one step.
    package static func replace(_ path: String, with bytes: UnsafeRawBufferPointer, mode: mode_t = 0o666) throws(SystemError) {
        let file = try AtomicFile(path: path, mode: mode)
        try file.write(bytes)
        try file.commit()
    }

    /// Writes a whole file in one step.
    package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o666) throws(SystemError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in try replace(path, with: UnsafeRawBufferPointer(bytes), mode: mode) }
    }
}
