import Glibc

/// One run of a program of the toolchain.
struct ToolRun {
    /// Zero when it succeeded.
    let status: Int32
    /// What it wrote to either output.
    let text: String

    /// Starts `program` and waits for its end. Its outputs go to a file, so that nothing has to read while it runs.
    ///
    /// - Throws: `ToolFailure` when it cannot be started.
    init(_ program: String, _ arguments: [String], outputFile: String) throws(ToolFailure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var strings = ([program] + arguments).map { strdup($0) }
        strings.append(nil)
        defer { for string in strings { free(string) } }
        var process = pid_t()
        let failure = posix_spawn(&process, program, &actions, nil, strings, environ)
        guard failure == 0 else { throw ToolFailure(program: program, reason: String(cString: strerror(failure))) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw ToolFailure(program: program, reason: String(cString: strerror(errno))) }
        }
        self.status = status
        text = Self.contents(outputFile)
    }

    private static func contents(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}

/// A program of the toolchain that could not be run.
struct ToolFailure: Error {
    let program: String
    let reason: String
}
