import Synchronization

/// Remembers the signatures seen, so that a recorded message cannot be played again.
///
/// Memory is bounded: two generations of at most `capacity` signatures; when the younger is full, the older is forgotten. Of a signature
/// 64 bits are kept, under a secret of this process: that two of them agree, and a new message is refused, happens once in 10^14.
public final class ReplayGuard: Sendable {
    private struct State {
        var young: Set<Int> = []
        var old: Set<Int> = []
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: the last so many signatures are always remembered. By default as many as a hash table of 256 KB holds.
    public init(capacity: Int = 24_576) { self.capacity = capacity }

    /// Remembers a signature; false when it was seen before.
    public func admit(_ signature: Frame) -> Bool {
        let signature = signature.hashValue
        return state.withLock { state in
            guard !state.young.contains(signature), !state.old.contains(signature) else { return false }
            if state.young.count >= capacity {
                swap(&state.old, &state.young)
                state.young.removeAll(keepingCapacity: true)
            }
            state.young.insert(signature)
            return true
        }
    }
}
