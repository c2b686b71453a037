import Synchronization

/// Counts what was dropped and says so on standard error, at most once a second: a flood of bad messages must not fill the log.
final class DropLog: Sendable {
    private struct State {
        var total = 0
        var unreported = 0
        var lastReport: ContinuousClock.Instant?
    }

    private let log: StandardError
    private let state = Mutex(State())

    init(_ log: StandardError) { self.log = log }

    /// How much was dropped since the start.
    var total: Int { state.withLock { $0.total } }

    func drop(_ reason: @autoclosure () -> String) {
        let now = ContinuousClock.now
        let unreported: Int? = state.withLock { state in
            state.total += 1
            state.unreported += 1
            if let last = state.lastReport, now - last < .seconds(1) { return nil }
            state.lastReport = now
            defer { state.unreported = 0 }
            return state.unreported
        }
        guard let unreported else { return }
        let more = unreported > 1 ? " (and \(unreported - 1) more before it)" : ""
        log.write("apus: dropped a message: \(reason().prefix(300))\(more)\n")
    }
}
