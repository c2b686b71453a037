import Glibc

/// Short lines on standard error that never hang the kernel on a pipe that nobody reads.
struct StandardError: Sendable {
    var descriptor: Int32 = STDERR_FILENO

    /// Writes only when the descriptor takes a short line at once.
    func write(_ line: String) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, 0) == 1, entry.revents & Int16(POLLOUT) != 0 else { return }
        var line = line
        line.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
