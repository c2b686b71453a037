import Glibc

/// A file that becomes visible under its name only when it is complete and on disk; given up, it leaves nothing.
///
/// Its owner holds a lock on it, so that another process can tell a file in use from one left by a killed process.
struct TemporaryFile: ~Copyable {
    private let file: OpenFile
    private var isKept = false

    var path: String { file.path }

    /// - Parameters:
    ///   - folder: the folder of the final name, so that the rename is atomic.
    ///   - prefix: what the temporary name begins with; a dot and eight random digits follow.
    init(in folder: String, prefix: String, suffix: String, mode: mode_t = 0o666) throws(HubError) {
        while true {
            let path = "\(folder)/\(prefix).\(Hexadecimal.random(8))\(suffix)"
            let file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, mode: mode, action: "create")
            // Between creation and lock the cleaner of another process may have taken the file for an abandoned one.
            if try file.tryLock(), !file.isUnlinked {
                self.file = file
                return
            }
            unlink(path)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) { try file.write(bytes) }

    /// Syncs and renames; a file of that name is replaced.
    consuming func commit(as finalPath: String) throws(HubError) {
        try file.synchronise()
        try FileSystem.rename(file.path, to: finalPath)
        isKept = true
        try FileSystem.synchronise(folder: FilePath.parent(of: finalPath))
    }

    deinit { if !isKept { unlink(file.path) } }

    /// Writes a small file in one step.
    static func write(_ contents: some Sequence<UInt8>, to path: String, mode: mode_t = 0o666) throws(HubError) {
        let file = try TemporaryFile(in: FilePath.parent(of: path), prefix: "." + FilePath.name(of: path), suffix: ".tmp", mode: mode)
        let bytes = Array(contents)
        try bytes.withUnsafeBufferPointer { (buffer) throws(HubError) in try file.write(UnsafeRawBufferPointer(buffer)) }
        try file.commit(as: path)
    }

    /// Removes what killed processes left in a folder: files of this shape that nobody holds a lock on.
    static func removeAbandoned(in folder: String, prefix: String, suffix: String) throws(HubError) {
        for name in try FileSystem.names(in: folder) where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let path = folder + "/" + name
            guard FileSystem.kind(of: path, following: false) != .symbolicLink,
                let file = try? OpenFile(path, O_RDWR, action: "open")
            else { continue }
            if (try? file.tryLock()) == true { unlink(path) }
        }
    }
}
