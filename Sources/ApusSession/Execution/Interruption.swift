import Synchronization

/// Whether a cell has been asked to stop. May be read from any thread, also one that knows no task.
public final class Interruption: Sendable {
    private let isSet = Atomic(false)

    package init() {}

    public var isRequested: Bool { isSet.load(ordering: .relaxed) }

    package func request() { isSet.store(true, ordering: .relaxed) }
}
