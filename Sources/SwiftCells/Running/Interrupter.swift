import ApusThreads
import CSwiftCells
import CellSupport
import Glibc
import Synchronization

/// Stops the code of a cell once the cell is asked to stop: again and again, because code can be left only where it holds no lock.
struct Interrupter {
    /// How often it is tried, in microseconds.
    private static let interval: UInt32 = 2000
    /// How long a task may take to end once it is cancelled. It cannot be left from outside.
    private static let patience: Duration = .seconds(3)

    /// Runs `body` on the calling thread, and stops it when `CellHost` is interrupted.
    func whileRunning(_ body: () -> Void) {
        let wakeup = Wakeup()
        let done = Flag()
        let thread = Thread(name: "apus-interrupt") {
            while !wakeup.wait(timeout: .milliseconds(20)) {
                let start = ContinuousClock.now
                while CellHost.shared.isInterrupted, !done.isSet {
                    cswiftcells_interrupt()
                    if cswiftcells_is_in_task() != 0, ContinuousClock.now - start > Self.patience { Self.endProcess() }
                    usleep(Self.interval)
                }
            }
        }
        body()
        done.set()
        wakeup.signal()
        thread.join()
    }

    /// The front tells of the end, and starts a fresh session with the next cell.
    private static func endProcess() -> Never {
        let words = "the cell was interrupted, but what it awaits does not end when it is cancelled: `Task.isCancelled` says when to stop\n"
        _ = words.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        _exit(75)
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
