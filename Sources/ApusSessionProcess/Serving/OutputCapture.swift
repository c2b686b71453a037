import ApusSession
import ApusThreads
import CLinux
import Glibc
import Synchronization

/// Text on its way from this process to the front: two pipes, into which code writes to descriptors 1 and 2 past the session, and the
/// session what it prints.
///
/// A thread reads them a moment after something came, so that a loop of prints becomes a few messages. The front holds the pipes'
/// ends for reading, too, so that the last words of a process that dies are not lost, whatever it dies of.
final class OutputCapture: Sendable {
    typealias Sink = @Sendable (String, StreamName) -> Void

    private struct State {
        var decoders: [StreamName: UTF8Decoder] = [.stdout: UTF8Decoder(), .stderr: UTF8Decoder()]
    }

    private struct Written {
        /// The stream of the session's last text.
        var last = StreamName.stdout
        /// UTF-8 bytes that the session has put into the pipes since it last drained them.
        var byteCount = 0
    }

    /// How long text waits for more.
    private static let delay: Duration = .milliseconds(2)
    /// UTF-8 bytes from which on a text goes straight to the sink, and texts do not wait for more: a full pipe would hold the cell up.
    private static let longText = 16 << 10

    private let pipes: [(name: StreamName, pipe: Descriptor)]
    /// Other names of descriptors 1 and 2, which stay when cells replace those.
    private let inputs: [StreamName: Descriptor]
    private let stopped = Wakeup()
    private let state = Mutex(State())
    private let written = Mutex(Written())
    private let sink: Sink

    init(output: Descriptor, errors: Descriptor, sink: @escaping Sink) {
        pipes = [(.stdout, output), (.stderr, errors)]
        inputs = [
            .stdout: Descriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)), .stderr: Descriptor(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)),
        ]
        self.sink = sink
    }

    /// Forwards what comes, on a thread of its own, until `stop()`.
    func start() -> Thread {
        Thread(name: "apus-capture") { [self] in
            while true {
                var entries = pipes.map { pollfd(fd: $0.pipe.number, events: Int16(POLLIN), revents: 0) }
                entries.append(pollfd(fd: stopped.descriptor, events: Int16(POLLIN), revents: 0))
                guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
                if stopped.wait(timeout: Self.delay) { return }
                drain()
            }
        }
    }

    func stop() { stopped.signal() }

    /// Takes what the session prints.
    func write(_ text: String, to name: StreamName) {
        written.withLock { written in
            let byteCount = text.utf8.count
            // The order between the two streams is that of the reading.
            if written.last != name || written.byteCount + byteCount >= Self.longText {
                drain()
                written.byteCount = 0
            }
            written.last = name
            if byteCount >= Self.longText {
                sink(text, name)
            } else {
                fill(name, text)
                written.byteCount += byteCount
            }
        }
    }

    private func fill(_ name: StreamName, _ text: String) {
        guard let input = inputs[name] else { return }
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(input.number, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno != EINTR { return }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    /// Forwards what was written so far, so that what is shown next comes after it.
    func drain() {
        // Under the lock even when the pipes are empty: what was in them may still be on its way through another thread's hands.
        state.withLock { state in
            guard hasInput else { return }
            for (name, pipe) in pipes { forward(pipe, name, &state) }
        }
    }

    private var hasInput: Bool {
        var entries = pipes.map { pollfd(fd: $0.pipe.number, events: Int16(POLLIN), revents: 0) }
        return poll(&entries, nfds_t(entries.count), 0) > 0
    }

    /// Forwards what C's standard output held back, and scalars that were cut: the cell ends.
    func finish() {
        clinux_flush_output()
        drain()
        state.withLock { state in
            for (name, _) in pipes {
                if let rest = state.decoders[name]?.finish(), !rest.isEmpty { sink(rest, name) }
            }
        }
    }

    /// Twice what a pipe holds, so that somebody who never stops writing keeps nobody here.
    private static let mostReads = 8

    private func forward(_ pipe: Descriptor, _ name: StreamName, _ state: inout State) {
        for _ in 0..<Self.mostReads {
            let text = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer -> String? in
                guard case .bytes(let bytes) = pipe.read(into: buffer, isSocket: false) else { return nil }
                return state.decoders[name]?.decode(bytes)
            }
            guard let text else { return }
            if !text.isEmpty { sink(text, name) }
        }
    }
}
