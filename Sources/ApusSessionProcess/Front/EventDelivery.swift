import ApusThreads
import Synchronization

/// Hands what a session process says to the clients of cells, in order, on a thread of its own: a slow client holds up nobody else.
final class EventDelivery: Sendable {
    private let items = Mailbox<(@Sendable () -> Void)?>()
    private let thread = LazyThread(name: "apus-outputs")
    private let waiting = Atomic(0)
    private let waitingBytes = Atomic(0)

    /// Whether everything was handed over.
    var isIdle: Bool { waiting.load(ordering: .acquiring) == 0 }
    /// Bytes of messages that wait.
    var byteCount: Int { waitingBytes.load(ordering: .relaxed) }

    /// Calls `body` when everything before it is done.
    func post(bytes: Int = 0, _ body: @escaping @Sendable () -> Void) {
        waiting.add(1, ordering: .relaxed)
        waitingBytes.add(bytes, ordering: .relaxed)
        items.post { [self] in
            body()
            waitingBytes.subtract(bytes, ordering: .relaxed)
            waiting.subtract(1, ordering: .releasing)
        }
        thread.startOnce { [items] in
            while true {
                for item in items.waitAndTake() {
                    guard let item else { return }
                    item()
                }
            }
        }
    }

    deinit { items.post(nil) }
}
