public import ApusThreads
public import JupyterProtocol
import Synchronization

/// Tells when clients have gone quiet: stands before another receiver and sees what passes.
///
/// Who sleeps on `activity` sleeps as long as nothing comes, and of many messages only the first after a quiet time wakes it.
public final class QuietWatch: MessageReceiver {
    /// Signalled by the first message after `areQuiet()` was true, or after the start.
    public let activity = Wakeup()

    private let receiver: any MessageReceiver
    private let passed = Atomic(0)
    private let passedAtLastLook = Atomic(0)
    private let isQuiet = Atomic(true)

    public init(_ receiver: any MessageReceiver) { self.receiver = receiver }

    public func receive(_ message: Message, on channel: Channel) {
        note()
        receiver.receive(message, on: channel)
    }

    public func subscribed(to topic: Frame) {
        note()
        receiver.subscribed(to: topic)
    }

    private func note() {
        // In this order, and `areQuiet` the other way round: one of the two always sees the other.
        passed.add(1, ordering: .sequentiallyConsistent)
        if isQuiet.load(ordering: .sequentiallyConsistent), isQuiet.exchange(false, ordering: .sequentiallyConsistent) { activity.signal() }
    }

    /// Whether nothing has passed since the last call. For one thread.
    public func areQuiet() -> Bool {
        isQuiet.store(true, ordering: .sequentiallyConsistent)
        let count = passed.load(ordering: .sequentiallyConsistent)
        if passedAtLastLook.exchange(count, ordering: .relaxed) == count { return true }
        isQuiet.store(false, ordering: .sequentiallyConsistent)
        return false
    }
}
