/// The caller's side of a transfer: it hears of progress and may end it. Both closures run on the calling thread.
public struct Transfer {
    /// Called about once per MiB, and once at the end of every file.
    public var progress: (TransferProgress) -> Void
    /// Asked about once per MiB and while waiting for a lock; true ends the transfer with `HubError.Code.cancelled`.
    public var shouldStop: () -> Bool

    public init(progress: @escaping (TransferProgress) -> Void = { _ in }, shouldStop: @escaping () -> Bool = { false }) {
        self.progress = progress
        self.shouldStop = shouldStop
    }

    func checkStop() throws(HubError) {
        if shouldStop() { throw HubError.cancelled }
    }
}

/// How far one file is.
public struct TransferProgress: Sendable, Hashable {
    public enum Phase: String, Sendable, Hashable {
        case hashing, uploading, downloading, verifying
    }

    public let path: String
    public let phase: Phase
    /// Bytes done and bytes in all.
    public let completed: Int
    public let total: Int

    public init(path: String, phase: Phase, completed: Int, total: Int) {
        self.path = path
        self.phase = phase
        self.completed = completed
        self.total = total
    }
}
