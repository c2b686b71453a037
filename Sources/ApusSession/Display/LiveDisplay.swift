import Synchronization

/// Something shown that changes while a cell runs, such as a curve: replaced at most so often, and once more at the end.
///
/// May be used from any thread. A picture that would not be shown is not made.
public final class LiveDisplay: Sendable {
    private let display: CellDisplay
    private let interval: Duration
    private let now: @Sendable () -> Duration
    private let lastShown: Mutex<Duration>

    init(_ bundle: MIMEBundle, interval: Duration, output: CellOutput, now: @escaping @Sendable () -> Duration) {
        display = output.makeDisplay(bundle)
        self.interval = interval
        self.now = now
        lastShown = Mutex(now())
    }

    /// Shows what `make` returns, unless the last change was shown too recently.
    public func update(_ make: () throws -> MIMEBundle) rethrows {
        try lastShown.withLock { last in
            let time = now()
            guard time - last >= interval else { return }
            last = time
            display.update(try make())
        }
    }

    /// Shows the final state.
    public func finish(_ bundle: MIMEBundle) { display.update(bundle) }
}
