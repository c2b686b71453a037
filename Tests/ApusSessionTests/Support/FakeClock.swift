import Synchronization

/// A clock that moves when it is told to, and by `step` at each reading.
final class FakeClock: Sendable {
    private let time = Mutex(Duration.zero)
    private let step: Duration

    init(step: Duration = .zero) { self.step = step }

    var now: @Sendable () -> Duration {
        { [self] in
            time.withLock { time in
                defer { time += step }
                return time
            }
        }
    }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}
