import ApusSession
import ApusThreads
import CLinux
import Glibc
import Synchronization

/// What code in this process writes to descriptors 1 and 2 past the session: it comes back through two pipes and joins the cell's
/// outputs, as it happens.
///
/// The front holds the pipes' ends for reading, too, so that the last words of a process that dies are not lost.
final class OutputCapture: Sendable {
    typealias Sink = @Sendable (String, StreamName) -> Void

    private struct State {
        var decoders: [StreamName: UTF8Decoder] = [.stdout: UTF8Decoder(), .stderr: UTF8Decoder()]
    }

    private let pipes: [(name: StreamName, pipe: Descriptor)]
    private let stopped = Wakeup()
    private let state = Mutex(State())
    private let sink: Sink

    init(output: Descriptor, errors: Descriptor, sink: @escaping Sink) {
        pipes = [(.stdout, output), (.stderr, errors)]
        self.sink = sink
    }

    /// Forwards what comes, on a thread of its own, until `stop()`.
    func start() -> Thread {
        Thread(name: "apus-capture") { [self] in
            while true {
                var entries = pipes.map { pollfd(fd: $0.pipe.number, events: Int16(POLLIN), revents: 0) }
                entries.append(pollfd(fd: stopped.descriptor, events: Int16(POLLIN), revents: 0))
                guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
                if entries[pipes.count].revents != 0 { return }
                drain()
            }
        }
    }

    func stop() { stopped.signal() }

    /// Forwards what was written so far, so that what the session shows next comes after it.
    func drain() {
        var entries = pipes.map { pollfd(fd: $0.pipe.number, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), 0) > 0 else { return }
        state.withLock { state in
            for (name, pipe) in pipes { forward(pipe, name, &state) }
        }
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

    /// At most what a pipe holds, so that somebody who never stops writing keeps nobody here.
    private static let mostReads = 4

    private func forward(_ pipe: Descriptor, _ name: StreamName, _ state: inout State) {
        for _ in 0..<Self.mostReads {
            let text = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer -> String? in
                guard case .bytes(let bytes) = pipe.read(into: buffer, isSocket: false) else { return nil }
                return state.decoders[name]?.decode(bytes)
            }
            guard let text else { return }
            sink(text, name)
        }
    }
}
