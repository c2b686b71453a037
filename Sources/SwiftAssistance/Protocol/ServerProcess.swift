import ApusThreads
import CLinux
import Glibc

/// A program that serves this process over its standard input and output, and ends with this object.
///
/// To be used, and let go, by the thread that made it: the system ends the program with that thread.
final class ServerProcess {
    private let process: pid_t
    private let input: Int32
    private let output: Int32
    private let stop: Wakeup
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)

    /// - Parameters:
    ///   - environment: Variables that differ from those of this process.
    ///   - stop: Ends every wait once it is signalled.
    /// - Throws: `ServerFailure.notStarted`.
    init(_ program: String, _ arguments: [String], environment: [String: String], stop: Wakeup) throws(ServerFailure) {
        self.stop = stop
        // A program that is gone is reported by the write itself.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var (process, input, output) = (pid_t(), Int32(-1), Int32(-1))
        let failure = Self.withCStrings([program] + arguments) { arguments in
            Self.withCStrings(Self.environment(environment)) { clinux_spawn_service(program, arguments, $0, &input, &output, &process) }
        }
        guard failure == 0 else {
            buffer.deallocate()
            throw .notStarted(errno: failure)
        }
        (self.process, self.input, self.output) = (process, input, output)
    }

    deinit {
        close(input)
        close(output)
        // With what it has started itself.
        kill(-process, SIGKILL)
        // Where it has not come to have a group of its own.
        kill(process, SIGKILL)
        var (status, peak): (Int32, Int) = (0, 0)
        _ = clinux_reap(process, &status, &peak)
        buffer.deallocate()
    }

    /// Sends all of `bytes`. What comes meanwhile goes to `receive`, so that neither side waits for the other for ever.
    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant, receive: (UnsafeRawBufferPointer) -> Void) throws(ServerFailure) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(input, $0.baseAddress! + sent, $0.count - sent) }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: [(output, POLLIN), (input, POLLOUT)], until: deadline)
                try read(receive)
            } else if errno != EINTR {
                throw .ended
            }
        }
    }

    /// Waits until something comes, and hands it to `receive`.
    func waitAndReceive(until deadline: ContinuousClock.Instant, _ receive: (UnsafeRawBufferPointer) -> Void) throws(ServerFailure) {
        try wait(for: [(output, POLLIN)], until: deadline)
        try read(receive)
    }

    /// Hands what is there to `receive`.
    func read(_ receive: (UnsafeRawBufferPointer) -> Void) throws(ServerFailure) {
        while true {
            let count = Glibc.read(output, buffer.baseAddress, buffer.count)
            if count > 0 {
                receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } else if count == 0 {
                throw .ended
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                throw .ended
            }
        }
    }

    private func wait(for descriptors: [(Int32, Int32)], until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        while true {
            let left = deadline - .now
            guard left > .zero else { throw .late }
            var entries = (descriptors + [(stop.descriptor, POLLIN)]).map { pollfd(fd: $0.0, events: Int16($0.1), revents: 0) }
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
            guard poll(&entries, nfds_t(entries.count), Int32(clamping: milliseconds)) > 0 else { continue }
            if entries.last?.revents != 0 { throw .late }
            return
        }
    }

    private static func environment(_ changes: [String: String]) -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            let text = String(cString: variable)
            if changes[String(text.prefix { $0 != "=" })] == nil { variables.append(text) }
            next += 1
        }
        return variables + changes.map { "\($0.key)=\($0.value)" }
    }

    /// Calls `body` with a null-terminated array of C strings.
    private static func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
        var pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}
