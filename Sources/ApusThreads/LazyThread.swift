import Synchronization

/// A thread that starts when it is first needed.
public final class LazyThread: Sendable {
    private let name: String
    private let thread = Mutex<Thread?>(nil)

    public init(name: String) { self.name = name }

    /// Starts the thread with `body`; does nothing when it was started before.
    public func startOnce(_ body: @escaping @Sendable () -> Void) {
        thread.withLock { thread in
            if thread == nil { thread = Thread(name: name, body) }
        }
    }
}
