import ApusSystem
import Glibc

/// The checkpoints of one run: `latest.checkpoint`, the one before it, and `best.checkpoint` of the best epoch.
///
/// A new `latest` is written beside the old one, flushed, and only then renamed, so that at every instant at least one good file is there.
/// The folder is locked while this object lives: two runs writing to one folder would destroy each other's work.
public final class CheckpointFolder {
    /// A checkpoint read back, and what was wrong with a newer one that had to be passed over.
    public struct Loaded {
        public let checkpoint: Checkpoint
        public let path: String
        public let warning: String?
    }

    public let path: String
    private let lock: OpenFile
    /// Whether `latest` may become `previous`; not when reading it has just failed.
    private var latestIsGood = true

    public var latestPath: String { "\(path)/latest.checkpoint" }
    public var previousPath: String { "\(path)/previous.checkpoint" }
    public var bestPath: String { "\(path)/best.checkpoint" }

    /// Opens and locks the folder, creating it if needed.
    public init(_ path: String) throws(CheckpointError) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        do {
            try FileSystem.makeFolder(self.path, mode: 0o755)
            lock = try OpenFile("\(self.path)/.lock", O_CREAT | O_RDWR, mode: 0o644)
            if try lock.tryLock() { return }
        } catch {
            throw CheckpointError(error)
        }
        throw CheckpointError(
            .locked, "Another training run is writing checkpoints to \(path). Wait for it, interrupt it, or choose another folder.")
    }

    /// Makes `checkpoint` the latest; returns the bytes written.
    @discardableResult
    public func save(_ checkpoint: Checkpoint) throws(CheckpointError) -> Int {
        let bytes = checkpoint.container().encoded()
        do {
            let file = try write(bytes, for: latestPath)
            if latestIsGood, FileSystem.kind(of: latestPath) != nil { try FileSystem.rename(latestPath, to: previousPath) }
            try file.commit()
        } catch {
            throw CheckpointError(error)
        }
        latestIsGood = true
        return bytes.count
    }

    /// Writes the same checkpoint as the one of the best epoch.
    public func saveBest(_ checkpoint: Checkpoint) throws(CheckpointError) {
        do { try write(checkpoint.container().encoded(), for: bestPath).commit() } catch { throw CheckpointError(error) }
    }

    /// A file beside `path` with everything on the disk, to be committed. Its name is always the same, so that a kill leaves at most one.
    private func write(_ bytes: [UInt8], for path: String) throws(SystemError) -> AtomicFile {
        let temporary = path + ".incomplete"
        FileSystem.remove(temporary)
        let file = try AtomicFile(path: path, temporaryPath: temporary, mode: 0o644)
        try file.write(bytes)
        try file.sync()
        return file
    }

    /// The newest checkpoint that is whole, or nil when there is none at all.
    ///
    /// - Throws: `CheckpointError` with code `damaged` when there are some but none can be used.
    public func load() throws(CheckpointError) -> Loaded? {
        var faults: [String] = []
        for candidate in [latestPath, previousPath] {
            do {
                guard let checkpoint = try Self.read(candidate) else { continue }
                let warning = faults.isEmpty ? nil : faults.joined(separator: " ") + " Going on from the one before it, \(candidate)."
                return Loaded(checkpoint: checkpoint, path: candidate, warning: warning)
            } catch  where error.code == .damaged {
                if candidate == latestPath { latestIsGood = false }
                faults.append(error.description)
            }
        }
        guard faults.isEmpty else {
            throw CheckpointError(.damaged, faults.joined(separator: " ") + " Start again without resuming.")
        }
        return nil
    }

    /// The checkpoint in one file, or nil when there is no such file.
    public static func read(_ path: String) throws(CheckpointError) -> Checkpoint? {
        guard let kind = FileSystem.kind(of: path) else { return nil }
        guard case .file = kind else { throw CheckpointError(.damaged, "\(path) is not a regular file.") }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch { throw CheckpointError(error) }
        return try Checkpoint(container: CheckpointContainer(decoding: bytes, name: path), name: path)
    }
}
