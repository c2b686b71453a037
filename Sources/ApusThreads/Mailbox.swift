import Synchronization

/// A queue from any thread to one owner thread, which sleeps on `wakeup` when the queue is empty.
///
/// A post costs a system call only when the owner sleeps.
public final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var ownerIsAwake = true
    }

    private let state = Mutex(State())
    /// Readable when the owner should call `take()` again.
    public let wakeup = Wakeup()

    public init() {}

    public func post(_ element: Element) {
        let mustWake = state.withLock { state in
            state.elements.append(element)
            defer { state.ownerIsAwake = true }
            return !state.ownerIsAwake
        }
        if mustWake { wakeup.signal() }
    }

    /// Everything posted since the last call, in order.
    public func take() -> [Element] {
        state.withLock { state in
            defer { state.elements = [] }
            return state.elements
        }
    }

    /// Whether nothing is there to `take()`. After true, a post signals `wakeup`.
    public func mayOwnerSleep() -> Bool {
        state.withLock { state in
            if state.elements.isEmpty { state.ownerIsAwake = false }
            return state.elements.isEmpty
        }
    }

    /// Says that the owner woke up, for whatever reason, and will `take()` before it sleeps again.
    public func ownerWoke() {
        wakeup.clear()
        state.withLock { $0.ownerIsAwake = true }
    }

    /// Waits for the next elements. For owners that have nothing else to wait for.
    public func waitAndTake() -> [Element] {
        while true {
            let elements = take()
            if !elements.isEmpty { return elements }
            if mayOwnerSleep() {
                wakeup.wait()
                ownerWoke()
            }
        }
    }
}
