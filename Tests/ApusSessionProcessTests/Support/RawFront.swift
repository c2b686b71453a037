import ApusSessionProcess
import CLinux
import Glibc
import Testing

/// A front that speaks to a session process by itself: it reads when it likes, and says of outputs what it likes.
final class RawFront {
    private let socket: Int32
    private let process: pid_t
    private var reader = FrameReader()

    init() throws {
        var (sockets, output, errors): ([Int32], [Int32], [Int32]) = ([-1, -1], [-1, -1], [-1, -1])
        try #require(clinux_socket_pair(&sockets) == 0 && clinux_pipe(&output) == 0 && clinux_pipe(&errors) == 0)
        let files = clinux_child_files(socket: sockets[1], output: (output[0], output[1]), errors: (errors[0], errors[1]))
        var process = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("probe"), strdup("1"), nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let failure = clinux_spawn(ProcessSession.probe, &arguments, &environment, nil, files, &process)
        for argument in arguments { free(argument) }
        for file in [sockets[1]] + output + errors { close(file) }
        socket = sockets[0]
        self.process = process
        try #require(failure == 0)
    }

    deinit {
        close(socket)
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    func send(_ command: SessionCommand) throws {
        let frame = try Frame.bytes(command.json)
        #expect(Glibc.send(socket, frame, frame.count, Int32(MSG_NOSIGNAL)) == frame.count)
    }

    /// The next report, and the bytes that it took; nil when none comes within `timeout` milliseconds.
    func receive(timeout: Int32 = 10_000) throws -> (report: SessionReport, byteCount: Int)? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let (message, count) = try reader.next() { return (try SessionReport(message), count) }
            var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, timeout) > 0 else { return nil }
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            buffer.withUnsafeBytes { reader.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Reads on, and lets the process send more, until a cell has ended; false when nothing comes any more.
    func waitForReply(ofCell cell: Int) throws -> Bool {
        while let (report, count) = try receive() {
            if case .reply(cell, _) = report { return true }
            try send(.delivered(bytes: count))
        }
        return false
    }
}
