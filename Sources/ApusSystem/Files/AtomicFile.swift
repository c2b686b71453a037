package import Glibc

/// A file that appears complete or not at all: written under a temporary name in the same folder, synced, then renamed.
///
/// Dropping the object before `commit()` removes the temporary file; after a kill or a power cut there is the old file or the new one. What
/// a killed process left is removed by the next one that writes the same file.
package final class AtomicFile {
    package let path: String
    private let file: OpenFile
    private var buffer: [UInt8] = []
    private var isSynced = false
    private var isCommitted = false

    private static let bufferSize = 1 << 18
    private static let suffix = ".partial"

    package var temporaryPath: String { file.path }

    /// - Parameters:
    ///   - temporaryPath: a name in the same folder; by default hidden and random, so that who lists the folder meanwhile does not see it,
    ///     and locked until the file has its name.
    ///   - mode: the permissions of the new file, before the umask.
    package init(path: String, temporaryPath: String? = nil, mode: mode_t = 0o666) throws(SystemError) {
        self.path = path
        do throws(SystemError) {
            file = if let temporaryPath { try Self.create(temporaryPath, mode) } else { try Self.createHidden(for: path, mode) }
        } catch {
            throw SystemError("create", path, code: error.code)
        }
    }

    private static func create(_ path: String, _ mode: mode_t) throws(SystemError) -> OpenFile {
        try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, mode: mode)
    }

    private static func createHidden(for path: String, _ mode: mode_t) throws(SystemError) -> OpenFile {
        let (folder, prefix) = (FilePath.folder(of: path), ".\(FilePath.name(of: path)).")
        FileSystem.removeAbandoned(in: folder, prefix: prefix, suffix: suffix)
        while true {
            let random = String(UInt64.random(in: .min ... .max), radix: 36)
            let file = try create("\(folder)/\(prefix)\(random)\(suffix)", mode)
            // Between creation and lock another process may have taken it for abandoned. A file system without locks keeps leftovers.
            if (try? file.tryLock()) != false, !file.isUnlinked { return file }
        }
    }

    deinit { if !isCommitted { unlink(temporaryPath) } }

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
