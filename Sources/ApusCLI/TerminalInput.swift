import ApusSession
import Dispatch
import Glibc
import Synchronization

/// Answers the questions of cells from the terminal on standard input.
final class TerminalInput: Sendable {
    private let queue = DispatchQueue(label: "apus.input")
    private let isCancelled = Mutex(false)

    /// Ends a question that waits for its answer, now and from now on.
    func cancel() { isCancelled.withLock { $0 = true } }

    /// - Throws: `CancellationError` after `cancel()`; `InputUnavailable` at the end of the input.
    func readLine(prompt: String, isPassword: Bool) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.read(prompt, isPassword) }) }
        }
    }

    private func read(_ prompt: String, _ isPassword: Bool) throws -> String {
        Console.error("\r\u{1B}[2K\(prompt)")
        var saved = termios()
        let hides = isPassword && tcgetattr(STDIN_FILENO, &saved) == 0
        if hides {
            var silent = saved
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        defer {
            if hides {
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
                Console.error("\n")
            }
        }
        var line: [UInt8] = []
        while true {
            if isCancelled.withLock({ $0 }) { throw CancellationError() }
            var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 100) > 0 else { continue }
            var byte: UInt8 = 0
            guard Glibc.read(STDIN_FILENO, &byte, 1) == 1 else { throw InputUnavailable() }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }
}
