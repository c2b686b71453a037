import Synchronization

/// A progress bar that updates itself in place, at most ten times a second; the last state is always shown.
///
/// May be used from any thread. Updates in between cost a clock reading.
public final class ProgressDisplay: Sendable {
    private struct Counters {
        var state: ProgressState
        var lastShown: Duration
    }

    /// The least time between two updates.
    public static let interval = Duration.milliseconds(100)

    private let display: CellDisplay
    private let now: @Sendable () -> Duration
    private let start: Duration
    private let counters: Mutex<Counters>

    init(_ title: String, total: Int?, unit: ProgressUnit, output: CellOutput, now: @escaping @Sendable () -> Duration) {
        let state = ProgressState(title: title, total: total, unit: unit)
        self.now = now
        start = now()
        counters = Mutex(Counters(state: state, lastShown: start))
        display = output.makeDisplay(ProgressRendering(state).bundle)
    }

    /// Sets how much is done, and what is said beside it.
    public func update(completed: Int, total: Int? = nil, message: String? = nil) {
        change { state in
            state.completed = completed
            if let total { state.total = total }
            if let message { state.message = message }
        }
    }

    /// Counts `count` more as done.
    public func advance(by count: Int = 1, message: String? = nil) {
        change { state in
            state.completed += count
            if let message { state.message = message }
        }
    }

    /// Shows the final state: all is done.
    public func finish(_ message: String? = nil) {
        end(.finished, message)
    }

    /// Shows the final state: the work ended early.
    public func stop(_ message: String? = nil) {
        end(.stopped, message)
    }

    private func end(_ phase: ProgressState.Phase, _ message: String?) {
        let final = counters.withLock { counters -> ProgressState? in
            guard counters.state.phase == .running else { return nil }
            counters.state.phase = phase
            counters.state.elapsed = now() - start
            if phase == .finished, let total = counters.state.total { counters.state.completed = total }
            if let message { counters.state.message = message }
            return counters.state
        }
        if let final { display.update(ProgressRendering(final).bundle) }
    }

    private func change(_ body: (inout ProgressState) -> Void) {
        counters.withLock { counters in
            guard counters.state.phase == .running else { return }
            body(&counters.state)
            let time = now()
            guard time - counters.lastShown >= ProgressDisplay.interval else { return }
            counters.lastShown = time
            counters.state.elapsed = time - start
            // Inside the lock, so that an older state never replaces a newer one.
            display.update(ProgressRendering(counters.state).bundle)
        }
    }
}

/// What a progress bar shows.
struct ProgressState: Equatable {
    enum Phase: Equatable { case running, finished, stopped }

    var title: String
    var completed = 0
    /// Nil while nobody knows how much there is.
    var total: Int?
    var unit: ProgressUnit
    var message = ""
    var elapsed = Duration.zero
    var phase = Phase.running

    /// From 0 to 1; nil when the total is unknown.
    var fraction: Double? {
        guard let total else { return nil }
        return total > 0 ? min(1, max(0, Double(completed) / Double(total))) : 1
    }

    /// Units a second; nil before anything is done.
    var rate: Double? {
        let seconds = elapsed / .seconds(1)
        return completed > 0 && seconds > 0 ? Double(completed) / seconds : nil
    }

    var remaining: Duration? {
        guard phase == .running, let total, let rate, total >= completed else { return nil }
        let seconds = Double(total - completed) / rate
        return seconds < 1e9 ? .seconds(seconds) : nil
    }
}
