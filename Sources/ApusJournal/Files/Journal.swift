public import ApusSession
import ApusSystem
import ApusThreads
import Synchronization

/// The journal of one front: what its cells show, kept in a file that outlives browser tabs and can be read while it is written.
///
/// Calls only note what happened; a thread of its own writes it within ``delay``. A disk that is full or read-only ends the
/// journal, never a cell. One file a process, made with its first cell; see ``JournalIndex`` for what is kept.
public final class Journal: Sendable {
    private struct State {
        var backlog = JournalBacklog()
        var lastCell = 0
        var began: ContinuousClock.Instant?
        var path: String?
        var failure: String?
        var waiters: [Wakeup] = []
        var isWriting = false
        var isClosed = false
    }

    /// How long records may wait in memory: what a kill can cost.
    static let delay = Duration.milliseconds(25)
    /// A cell that took longer is one that people come back to.
    static let longCell = Duration.seconds(5)

    private let folder: JournalFolder
    private let origin: JournalOrigin
    private let onFailure: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let news = Wakeup()
    private let hurry = Wakeup()
    private let thread = LazyThread(name: "apus-journal")

    /// - Parameter onFailure: told once, from another thread, when the journal cannot be written and is off from then on.
    public init(folder: JournalFolder, origin: JournalOrigin, onFailure: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        self.origin = origin
        self.onFailure = onFailure
    }

    /// The file; nil before the first cell is written, and when it cannot be.
    public var path: String? { state.withLock { $0.path } }
    /// Why the journal is off; nil while it is not.
    public var failure: String? { state.withLock { $0.failure } }

    /// A cell begins; the result names it in the other calls.
    public func begin(code: String, count: Int) -> Int {
        var cell = 0
        change { state in
            state.lastCell += 1
            cell = state.lastCell
            state.began = .now
            state.backlog.begin(cell: cell, count: count, code: code, time: JournalClock.now)
        }
        return cell
    }

    /// The cell shows something.
    public func record(_ event: CellEvent, cell: Int) {
        change { $0.backlog.append(event, cell: cell) }
    }

    /// The cell ended.
    public func end(cell: Int, _ outcome: JournalOutcome) {
        change { state in
            let isLong = state.began.map { .now - $0 >= Self.longCell } ?? false
            state.backlog.end(cell: cell, outcome, time: JournalClock.now, isNotable: isLong)
        }
    }

    /// Returns when everything from before is written, or `limit` passed, or the journal is off.
    public func flush(within limit: Duration) {
        let written = Wakeup()
        let isNeeded = state.withLock { state in
            guard state.isWriting || !state.backlog.isEmpty, state.failure == nil, !state.isClosed else { return false }
            state.waiters.append(written)
            return true
        }
        guard isNeeded else { return }
        hurry.signal()
        news.signal()
        written.wait(timeout: limit)
    }

    /// Writes what waits and ends the file, unless that takes longer than `limit`.
    public func close(within limit: Duration) {
        flush(within: limit)
        state.withLock { $0.isClosed = true }
        hurry.signal()
        news.signal()
    }

    private func change(_ body: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            guard state.failure == nil, !state.isClosed else { return false }
            let isFirst = state.backlog.isEmpty
            body(&state)
            return isFirst
        }
        guard isFirst else { return }
        news.signal()
        thread.startOnce { [self] in write() }
    }

    // MARK: The writing thread

    private func write() {
        do throws(SystemError) {
            let file = try JournalFile(folder: folder, origin: origin)
            state.withLock { $0.path = file.path }
            while let (records, notable, waiters) = next() {
                for cell in notable { file.noteNotable(cell: cell) }
                try file.write(records)
                for waiter in waiters { waiter.signal() }
            }
        } catch {
            fail("\(error)")
        }
    }

    /// Waits for something to write; nil when there is nothing left and nothing will come.
    private func next() -> (records: [JournalRecord], notable: [Int], waiters: [Wakeup])? {
        state.withLock { $0.isWriting = false }
        news.wait()
        news.clear()
        // A moment more, so that many outputs are one write.
        hurry.wait(timeout: Self.delay)
        hurry.clear()
        return state.withLock { state in
            if state.isClosed, state.backlog.isEmpty { return nil }
            let (records, notable) = state.backlog.take(time: JournalClock.now)
            state.isWriting = true
            defer { state.waiters = [] }
            return (records, notable, state.waiters)
        }
    }

    private func fail(_ reason: String) {
        let waiters = state.withLock { state in
            state.failure = reason
            state.backlog = JournalBacklog()
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.signal() }
        onFailure(reason)
    }
}
