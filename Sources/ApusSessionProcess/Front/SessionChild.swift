import ApusThreads
import CLinux
import Glibc
import Synchronization

/// Who is told of what a session process says and of its end; called on one thread, in order.
protocol SessionChildObserver: AnyObject, Sendable {
    func received(_ report: SessionReport, bytes: Int, from child: SessionChild) throws(FrameError)
    func ended(_ child: SessionChild, _ end: SessionEnd)
}

/// One session process: started, listened to and buried by a thread of its own.
///
/// The thread lives as long as the process, because the system ends the process with the thread that started it.
final class SessionChild: Sendable {
    private struct State {
        /// Nil before the start and after the end.
        var process: pid_t?
        var isKilled = false
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let sender: FrameSender
    private let files: ChildConnection
    private let state = Mutex(State())
    private weak let observer: (any SessionChildObserver)?

    /// Returns at once; what is sent waits for the process in the socket.
    ///
    /// - Throws: `SystemError` when the system has no descriptors left.
    init(_ launch: SessionLaunch, observer: any SessionChildObserver) throws(SystemError) {
        files = try ChildConnection()
        sender = FrameSender(files.socket)
        self.observer = observer
        _ = Thread(name: "apus-session") { [self] in supervise(launch) }
    }

    /// Nil before the start and after the end.
    var processNumber: pid_t? { state.withLock { $0.process } }

    /// Ends the process at once; harmless when it has ended.
    func kill() {
        state.withLock { state in
            state.isKilled = true
            if let process = state.process { _ = Glibc.kill(process, SIGKILL) }
        }
    }

    /// Waits until the process is gone.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    // MARK: The thread

    private func supervise(_ launch: SessionLaunch) {
        let end = start(launch).map { SessionEnd(cause: .notStarted(errno: $0)) } ?? listen()
        sender.stop()
        observer?.ended(self, end)
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// An error number when there is no process.
    private func start(_ launch: SessionLaunch) -> Int32? {
        var process = pid_t()
        let failure = files.spawn(launch, &process)
        if failure != 0 { return failure }
        state.withLock { state in
            state.process = process
            if state.isKilled { _ = Glibc.kill(process, SIGKILL) }
        }
        return nil
    }

    private func listen() -> SessionEnd {
        let process = state.withLock { $0.process ?? -1 }
        // Tells of the end even where another process holds the socket open.
        let watch = Descriptor(clinux_pidfd(process))
        var garbage: String?
        do throws(FrameError) { try readToEnd(watch) } catch { garbage = error.description }
        if garbage != nil { kill() }
        waitForExit(process, watch)
        var end = reap(process)
        if let garbage { end.cause = .garbage(garbage) }
        (end.output, end.errors) = files.leftovers()
        return end
    }

    private func readToEnd(_ watch: Descriptor) throws(FrameError) {
        var reader = FrameReader()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
        defer { buffer.deallocate() }
        var hasExited = false
        while true {
            switch files.socket.read(into: buffer, isSocket: true) {
            case .end: return
            case .bytes(let bytes):
                reader.append(bytes)
                while let (message, count) = try reader.next() {
                    try observer?.received(try SessionReport(message), bytes: count, from: self)
                }
            case .nothing where hasExited: return
            case .nothing:
                // poll(2) skips negative descriptors.
                var entries = [files.socket.number, watch.number].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                poll(&entries, nfds_t(entries.count), -1)
                hasExited = entries[1].revents != 0
            }
        }
    }

    /// A process that has closed its socket gets a moment to end by itself, so that its own end is reported.
    private static let grace: Duration = .seconds(2)

    private func waitForExit(_ process: pid_t, _ watch: Descriptor) {
        let deadline = ContinuousClock.now + Self.grace
        while ContinuousClock.now < deadline {
            var entry = pollfd(fd: watch.number, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, 50)
            var information = siginfo_t()
            if waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_signo == SIGCHLD { return }
        }
        kill()
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    }

    /// Under the lock, so that nobody kills another process that got the same number.
    private func reap(_ process: pid_t) -> SessionEnd {
        state.withLock { state in
            var status: Int32 = 0
            var peak = 0
            let failure = clinux_reap(process, &status, &peak)
            state.process = nil
            // Somebody else in this program has reaped it.
            guard failure == 0 else { return SessionEnd(cause: .exit(-1)) }
            let signal = status & 0x7F
            return SessionEnd(cause: signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal), peakMemory: peak)
        }
    }
}
