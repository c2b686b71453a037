import CLinux
import Glibc

/// A file descriptor (Linux `eventfd`) on which one thread sleeps until another one signals it, alone or in a `poll` with others.
public final class Wakeup: Sendable {
    /// Readable from `signal()` until `clear()`.
    public let descriptor: Int32

    public init() {
        descriptor = clinux_eventfd()
        precondition(descriptor >= 0, "no file descriptor is left for a wake-up")
    }

    deinit { close(descriptor) }

    /// Wakes the sleeper, now or when it next goes to sleep. Never blocks; safe in a signal handler.
    public func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes back all signals so far.
    public func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Sleeps until it is signalled; false when `timeout` passed first. Leaves the signal standing.
    @discardableResult
    public func wait(timeout: Duration? = nil) -> Bool {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = deadline.map { $0 - ContinuousClock.now }
            if poll(&entry, 1, left.map(Self.milliseconds) ?? -1) > 0 { return true }
            if let left, left <= .zero { return false }
        }
    }

    /// Whole milliseconds, rounded up so that a wait is never shorter than asked for.
    static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
