import ApusThreads
import Synchronization

/// How many bytes of events may be on their way to a front that has not taken them yet.
///
/// A cell that shows more than its front takes waits here, in its own thread; interrupts, completion and closing go past it.
final class EventWindow: Sendable {
    /// Bytes. Enough that a front which merely pauses does not slow a cell down.
    static let size = 8 << 20
    /// What the smallest event counts for, in bytes: a thousand are on their way at most. Behind a Jupyter server, which takes so many in
    /// a second or two, an interrupted cell has to wait for them.
    private static let leastWeight = 8 << 10

    /// What an event counts for, on both sides.
    static func weight(ofFrame byteCount: Int) -> Int { max(byteCount, leastWeight) }

    private struct State {
        var bytes = 0
        var isOpen = true
    }

    private let state = Mutex(State())
    private let change = Wakeup()

    /// Waits until less than `size` is on its way. One event may exceed the window, or a large one could never be sent.
    func take(_ bytes: Int) {
        while true {
            let isTaken = state.withLock { state in
                if state.isOpen, state.bytes >= Self.size {
                    change.clear()
                    return false
                }
                state.bytes += bytes
                return true
            }
            if isTaken { return }
            change.wait()
        }
    }

    /// The front has taken so many bytes.
    func give(_ bytes: Int) {
        state.withLock { $0.bytes = max(0, $0.bytes - bytes) }
        change.signal()
    }

    /// Nobody waits any more: the front is gone.
    func close() {
        state.withLock { $0.isOpen = false }
        change.signal()
    }
}
