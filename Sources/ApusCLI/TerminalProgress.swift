import Glibc

/// One line on standard error that counts up to 100 %; silent when standard error is not a terminal.
struct TerminalProgress {
    private let title: String
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(_ title: String) { self.title = title }

    func update(_ share: Double) {
        guard isTerminal else { return }
        Self.write("\r\(title) \(Int(share * 100)) %")
    }

    func end() {
        guard isTerminal else { return }
        Self.write("\r\u{1B}[K")
    }

    /// A line for the person, not for the next program in a pipe.
    static func note(_ text: String) { write(text + "\n") }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
