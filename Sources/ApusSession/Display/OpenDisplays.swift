import Synchronization

/// The progress bars of a cell.
final class OpenDisplays: Sendable {
    private let displays = Mutex<[ProgressDisplay]>([])

    func append(_ display: ProgressDisplay) { displays.withLock { $0.append(display) } }

    /// Those that were not finished say that they were stopped.
    func stop() {
        for display in displays.withLock({ $0 }) { display.stop() }
    }
}
