import Dispatch
import Synchronization

/// Saves on a queue of its own: soon after a change, but not more often than the interval says.
///
/// A save that takes long (a large notebook, a slow disk) is followed by a pause ten times as long, so that saving never
/// costs more than a tenth of a core. When a save fails, on a full disk say, the next one tries again; `saveNow` at the end tells.
final class SaveSchedule: Sendable {
    private struct State {
        var isScheduled = false
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
        schedule(at: { max($0.earliest, .now()) }, overtakes: false)
    }

    /// A cell ended: saved as soon as a running save is done.
    func noteEnd() {
        schedule(at: { _ in .now() }, overtakes: true)
    }

    /// Saves and waits for it.
    func saveNow() throws {
        state.withLock { $0.generation += 1 }
        try queue.sync {
            state.withLock { $0.isScheduled = false }
            try save()
        }
    }

    private func schedule(at time: (State) -> DispatchTime, overtakes: Bool) {
        let scheduled: (DispatchTime, Int)? = state.withLock { state in
            guard !state.isScheduled || overtakes else { return nil }
            state.isScheduled = true
            state.generation += 1
            return (time(state), state.generation)
        }
        guard let (time, generation) = scheduled else { return }
        queue.asyncAfter(deadline: time) { [self] in run(generation) }
    }

    private func run(_ generation: Int) {
        let isCurrent = state.withLock { state in
            guard state.generation == generation else { return false }
            state.isScheduled = false
            return true
        }
        guard isCurrent else { return }
        let start = DispatchTime.now()
        try? save()
        let end = DispatchTime.now()
        let spent = end.uptimeNanoseconds - start.uptimeNanoseconds
        let pause = max(UInt64(interval.seconds * 1e9), spent * 10)
        state.withLock { $0.earliest = DispatchTime(uptimeNanoseconds: end.uptimeNanoseconds + pause) }
    }
}
