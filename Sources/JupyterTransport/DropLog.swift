import Glibc
import Synchronization

/// Counts what was dropped and says so on standard error, at most once a second and never blocking.
///
/// A flood of bad messages must not fill the log, nor hang the kernel on a pipe that nobody reads.
final class DropLog: Sendable {
    private struct State {
        var total = 0
        var unreported = 0
        var lastReport: ContinuousClock.Instant?
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    init(descriptor: Int32 = STDERR_FILENO) { self.descriptor = descriptor }

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
        write("apus: dropped a message: \(reason().prefix(300))\(more)\n")
    }

    /// Writes only when the descriptor takes a short line at once.
    private func write(_ line: String) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, 0) == 1, entry.revents & Int16(POLLOUT) != 0 else { return }
        var line = line
        line.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
