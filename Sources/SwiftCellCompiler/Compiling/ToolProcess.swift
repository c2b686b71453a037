import CLinux
import Glibc

/// A program of the toolchain that was started and waits for its input.
///
/// Its start takes as long as the work itself, so it is worth starting it before there is something to do.
struct ToolProcess: ~Copyable {
    /// How long one run may take. The type checker gives up on an expression long before.
    static let timeLimit: Duration = .seconds(120)

    private let program: String
    /// Zero when it has ended.
    private var process: pid_t
    /// Negative when it is closed.
    private var input: Int32
    private let output: Int32
    private var unsent: ArraySlice<UInt8> = []

    /// - Throws: `ToolFailure` when it cannot be started.
    init(_ program: String, _ arguments: [String]) throws(ToolFailure) {
        // A pipe's reading end never blocks, which is right for us and wrong for the program.
        let (input, output) = (try Self.pipe(for: program), try Self.pipe(for: program))
        _ = fcntl(input.read, F_SETFL, 0)
        _ = fcntl(input.write, F_SETFL, O_NONBLOCK)
        defer {
            close(input.read)
            close(output.write)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.read, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.write, STDERR_FILENO)
        // In a group of its own: what Ctrl-C in a terminal stops is the cell.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var strings = ([program] + arguments).map { strdup($0) }
        strings.append(nil)
        defer { for string in strings { free(string) } }
        var process = pid_t()
        let failure = posix_spawn(&process, program, &actions, &attributes, strings, environ)
        guard failure == 0 else {
            close(input.write)
            close(output.read)
            throw ToolFailure(program: program, errno: failure)
        }
        self.program = program
        self.process = process
        self.input = input.write
        self.output = output.read
    }

    deinit {
        if input >= 0 { close(input) }
        close(output)
        guard process > 0 else { return }
        // With what it has started itself.
        kill(-process, SIGKILL)
        _ = Self.reap(process)
    }

    /// Gives it its input, or as much of it as goes at once; it starts to work.
    mutating func give(_ text: String) {
        unsent = Array(text.utf8)[...]
        send()
    }

    /// Lets other programs go first.
    func yieldToOthers() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process), 10) }

    /// Waits for its end.
    ///
    /// - Parameters:
    ///   - isCancelled: Asked again and again; the program is killed when it says so.
    ///   - arrival: A file that the program makes.
    ///   - arrived: Called once when that file is there, while the program still ends.
    /// - Throws: `CancellationError`; `ToolFailure` when it takes too long.
    consuming func finish(
        within timeLimit: Duration = Self.timeLimit, isCancelled: () -> Bool, arrival: FileArrival? = nil, arrived: () -> Void = {}
    ) throws -> ToolRun {
        let deadline = ContinuousClock.now + timeLimit
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var awaited = arrival?.descriptor
        while true {
            if awaited != nil, arrival?.hasCome() ?? false {
                awaited = nil
                arrived()
            }
            if input >= 0 { send() }
            let count = read(output, &buffer, buffer.count)
            if count == 0 { break }
            if count > 0 {
                received += buffer[..<count]
                continue
            }
            guard errno == EAGAIN || errno == EINTR else { throw ToolFailure(program: program, errno: errno) }
            var entries = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
            if input >= 0 { entries.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
            if let awaited { entries.append(pollfd(fd: awaited, events: Int16(POLLIN), revents: 0)) }
            poll(&entries, nfds_t(entries.count), 20)
            if isCancelled() { throw CancellationError() }
            if ContinuousClock.now > deadline { throw ToolFailure(program: program, reason: "it did not end within \(timeLimit)") }
        }
        let status = Self.reap(process)
        process = 0
        return ToolRun(status: status, text: String(decoding: received, as: UTF8.self))
    }

    /// Sends what the pipe takes, and closes it when there is no more, or nobody who reads.
    private mutating func send() {
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            if count < 0 { break }
            unsent = unsent.dropFirst(count)
        }
        close(input)
        input = -1
    }

    private static func pipe(for program: String) throws(ToolFailure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw ToolFailure(program: program, errno: errno) }
        return (ends[0], ends[1])
    }

    private static func reap(_ process: pid_t) -> Int32 {
        var (status, peak): (Int32, Int) = (0, 0)
        return clinux_reap(process, &status, &peak) == 0 ? status : -1
    }
}

/// One run of a program of the toolchain.
package struct ToolRun: Sendable {
    /// Zero when it succeeded.
    package let status: Int32
    /// What it wrote to either output.
    package let text: String

    init(status: Int32, text: String) {
        self.status = status
        self.text = text
    }

    /// Starts `program` without input and waits for its end.
    ///
    /// - Throws: `ToolFailure`; `CancellationError`.
    package init(
        _ program: String, _ arguments: [String], timeLimit: Duration = .seconds(120), isCancelled: () -> Bool = { false }
    ) throws {
        self = try ToolProcess(program, arguments).finish(within: timeLimit, isCancelled: isCancelled)
    }
}

/// A program of the toolchain that could not be run.
package struct ToolFailure: Error {
    package let program: String
    package let reason: String

    init(program: String, reason: String) {
        self.program = program
        self.reason = reason
    }

    init(program: String, errno: Int32) { self.init(program: program, reason: String(cString: strerror(errno))) }
}
