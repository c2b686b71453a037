import ApusThreads
import Synchronization

/// Calls back a fixed time after each request, on a thread of its own that starts with the first one.
///
/// Not a task, because output must also flow while the cooperative pool is full of computation.
final class FlushTimer: Sendable {
    private typealias Entry = (deadline: ContinuousClock.Instant, action: @Sendable () -> Void)

    private let delay: Duration
    private let entries = Mailbox<Entry?>()
    private let thread = LazyThread(name: "apus-flush")

    init(delay: Duration) { self.delay = delay }

    /// Runs `action` once, `delay` from now.
    func schedule(_ action: @escaping @Sendable () -> Void) {
        entries.post((ContinuousClock.now + delay, action))
        thread.startOnce { [entries] in
            let alarm = Wakeup()
            while true {
                // All delays are equal, so the entries come in the order of their deadlines.
                for entry in entries.waitAndTake() {
                    guard let (deadline, action) = entry else { return }
                    alarm.wait(timeout: deadline - ContinuousClock.now)
                    action()
                }
            }
        }
    }

    deinit { entries.post(nil) }
}
