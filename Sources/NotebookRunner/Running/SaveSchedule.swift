import Dispatch
import Synchronization

/// Saves on a queue of its own: soon after a change, but not more often than the interval says.
///
/// A save that takes long (a large notebook, a slow disk) is followed by a pause ten times as long, so that saving never
/// costs more than a tenth of a core. When a save fails, on a full disk say, the next one tries again; `saveNow` at the end tells.
final class SaveSchedule: Sendable {
    private struct State {
        /// Whether a save waits or runs.
        var isScheduled = false
        /// Whether something changed since the last save began.
        var hasNews = false
        /// Counts the schedules, so that one that was overtaken does nothing.
        var generation = 0
        var earliest = DispatchTime(uptimeNanoseconds: 0)
    }

    private let queue = DispatchQueue(label: "apus.notebook.save")
    private let state = Mutex(State())
    private let interval: Duration
    private let save: @Sendable () throws -> Void

    init(interval: Duration, save: @escaping @Sendable () throws -> Void) {
        self.interval = interval
        self.save = save
    }

    /// Something changed while a cell runs: saved once the interval has passed.
    func noteChange() {
        let scheduled = state.withLock { state -> (DispatchTime, Int)? in
            state.hasNews = true
            return state.isScheduled ? nil : Self.schedule(&state, max(state.earliest, .now()))
        }
        if let scheduled { start(scheduled) }
    }

    /// A cell ended: saved as soon as a running save is done.
    func noteEnd() {
        start(state.withLock { Self.schedule(&$0, .now()) })
    }

    /// Saves and waits for it.
    func saveNow() throws {
        state.withLock { $0.generation += 1 }
        try queue.sync {
            state.withLock { state in
                state.isScheduled = false
                state.hasNews = false
            }
            try save()
        }
    }

    private static func schedule(_ state: inout State, _ time: DispatchTime) -> (DispatchTime, Int) {
        state.isScheduled = true
        state.generation += 1
        return (time, state.generation)
    }

    private func start(_ scheduled: (time: DispatchTime, generation: Int)) {
        queue.asyncAfter(deadline: scheduled.time) { [self] in run(scheduled.generation) }
    }

    private func run(_ generation: Int) {
        let isCurrent = state.withLock { state in
            guard state.generation == generation else { return false }
            state.hasNews = false
            return true
        }
        guard isCurrent else { return }
        let begin = DispatchTime.now()
        try? save()
        let end = DispatchTime.now()
        let pause = max(UInt64(interval.seconds * 1e9), (end.uptimeNanoseconds - begin.uptimeNanoseconds) * 10)
        let next = state.withLock { state -> (DispatchTime, Int)? in
            state.earliest = DispatchTime(uptimeNanoseconds: end.uptimeNanoseconds + pause)
            guard state.generation == generation else { return nil }
            state.isScheduled = false
            return state.hasNews ? Self.schedule(&state, state.earliest) : nil
        }
        if let next { start(next) }
    }
}
