import CLinux
import Glibc
import Synchronization

/// A POSIX thread of its own, for work that must not wait for Swift's cooperative pool.
public final class Thread: Sendable {
    private let handle: Mutex<pthread_t?>

    /// - Parameter name: shown by debuggers and `ps -L`; Linux keeps 15 bytes of it.
    public init(name: String, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body: body))
        let code = pthread_create(
            &thread, nil,
            { pointer in
                Unmanaged<Start>.fromOpaque(pointer!).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        precondition(code == 0, "the system refuses another thread (\(name)): \(String(cString: strerror(code)))")
        clinux_name_thread(thread, String(name.prefix(15)))
        handle = Mutex(thread)
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Waits until the thread has ended; at once when it was joined before.
    public func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_join(thread, nil) }
    }

    deinit {
        if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
    }
}
