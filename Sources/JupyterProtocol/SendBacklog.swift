public import ApusThreads
import Synchronization

/// How much was sent to subscribers that not every one of them has taken yet.
///
/// A subscriber that stops reading shall cost neither an output nor the memory of the kernel: whoever publishes what cells show waits
/// while the backlog is full. What may not wait is sent all the same, and adds to it.
public final class SendBacklog: Sendable {
    private struct State {
        /// Signalled when there is room again.
        var waiters: [Wakeup] = []
        /// When somebody first found it full, since it last had room.
        var fullSince: ContinuousClock.Instant?
        var isReported = false
    }

    /// Bytes. Some clients read a cell's outputs only when they have its reply; these get so much without waiting.
    public static let standardLimit = 64 << 20

    /// Bytes from which on it is full.
    public let limit: Int
    private let bytes = Atomic(0)
    private let state = Mutex(State())
    private let patience: Duration
    private let report: @Sendable (_ bytes: Int) -> Void

    /// - Parameters:
    ///   - limit: Bytes from which on it is full.
    ///   - patience: How long somebody may wait before that is reported.
    ///   - report: Told once each time it stays full.
    public init(
        limit: Int = standardLimit, patience: Duration = .seconds(10), report: @escaping @Sendable (_ bytes: Int) -> Void = { _ in }
    ) {
        self.limit = limit
        self.patience = patience
        self.report = report
    }

    public var byteCount: Int { bytes.load(ordering: .relaxed) }
    public var isFull: Bool { byteCount >= limit }

    public func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }

    /// So many bytes were taken by all, or will be by nobody. From any thread.
    public func remove(_ count: Int) {
        let (old, new) = bytes.subtract(count, ordering: .relaxed)
        guard old >= limit, new < limit else { return }
        let waiters = state.withLock { state in
            defer { state = State() }
            return state.waiters
        }
        for waiter in waiters { waiter.signal() }
    }

    /// Sleeps until there is room or somebody else signals `waiter`; the signal is left standing.
    public func wait(_ waiter: Wakeup) {
        // Looked at again under the lock, which whoever makes room takes afterwards.
        let mustWait = state.withLock { state in
            if isFull { state.waiters.append(waiter) }
            return isFull
        }
        guard mustWait else { return }
        noteWaiting()
        while !waiter.wait(timeout: patience) { noteWaiting() }
        state.withLock { state in state.waiters.removeAll { $0 === waiter } }
    }

    /// Somebody has found it full and waits, here or elsewhere: reports that when it has lasted.
    public func noteWaiting() {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard isFull, !state.isReported else { return false }
            guard let since = state.fullSince else {
                state.fullSince = now
                return false
            }
            state.isReported = now - since >= patience
            return state.isReported
        }
        if isDue { report(byteCount) }
    }
}
