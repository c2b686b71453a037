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
    private let lock: Int32
    /// Whether `latest` may become `previous`; not when reading it has just failed.
    private var latestIsGood = true

    public var latestPath: String { "\(path)/latest.checkpoint" }
    public var previousPath: String { "\(path)/previous.checkpoint" }
    public var bestPath: String { "\(path)/best.checkpoint" }

    /// Opens and locks the folder, creating it if needed.
    public init(_ path: String) throws(CheckpointError) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        try DurableFile.makeFolder(self.path)
        let lockPath = "\(self.path)/.lock"
        lock = open(lockPath, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw DurableFile.failure("open", lockPath) }
        if flock(lock, LOCK_EX | LOCK_NB) != 0 {
            let error =
                errno == EWOULDBLOCK
                ? CheckpointError(
                    .locked, "Another training run is writing checkpoints to \(path). Wait for it, interrupt it, or choose another folder.")
                : DurableFile.failure("lock", lockPath)
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    /// Makes `checkpoint` the latest; returns the bytes written.
    @discardableResult
    public func save(_ checkpoint: Checkpoint) throws(CheckpointError) -> Int {
        let bytes = checkpoint.container().encoded()
        let temporary = latestPath + ".incomplete"
        try DurableFile.writeTemporary(bytes, to: temporary)
        if latestIsGood, access(latestPath, F_OK) == 0 { try DurableFile.rename(latestPath, previousPath) }
        try DurableFile.rename(temporary, latestPath)
        try DurableFile.flush(folder: path)
        latestIsGood = true
        return bytes.count
    }

    /// Writes the same checkpoint as the one of the best epoch.
    public func saveBest(_ checkpoint: Checkpoint) throws(CheckpointError) {
        let temporary = bestPath + ".incomplete"
        try DurableFile.writeTemporary(checkpoint.container().encoded(), to: temporary)
        try DurableFile.rename(temporary, bestPath)
        try DurableFile.flush(folder: path)
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
        guard let bytes = try DurableFile.read(path) else { return nil }
        return try Checkpoint(container: CheckpointContainer(decoding: bytes, name: path), name: path)
    }
}
