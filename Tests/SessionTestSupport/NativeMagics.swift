package import ApusSession
import ArgumentParser
import Glibc

/// Ends its process in one of the ways in which processes end.
package struct CrashMagic: Magic {
    package static let name = "crash"
    package static let abstract = "Ends the process."
    package static let example = "%crash --signal 11"

    @Option var signal: Int32?
    @Option var exit: Int32?
    /// Fails a check of Swift's.
    @Flag var trap = false
    /// What it writes to descriptor 2 just before.
    @Option var words: String?

    package init() {}

    package func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        cell.out.print("about to end")
        if let words { write(words, to: STDERR_FILENO) }
        if let exit { Glibc.exit(exit) }
        if trap { fatalError("a check failed") }
        // Not `raise`, which handlers could survive: the signal comes from outside, as that of the system does.
        if let signal { kill(getpid(), signal) }
        while true { pause() }
    }
}

/// Writes to descriptors 1 and 2 past the session, as C libraries do.
package struct NativeMagic: Magic {
    package static let name = "native"
    package static let abstract = "Writes to descriptors."
    package static let example = "%native --out text"

    @Option var out: String?
    @Option var err: String?
    /// As hexadecimal digits, for what is no UTF-8.
    @Option var bytes: String?
    /// Through C's buffered output, without a line break.
    @Option var buffered: String?
    /// Alternates so many lines with lines of the session's own.
    @Option var alternate = 0
    /// Writes so many lines of 100 bytes.
    @Option var lines = 0
    /// Waits after the writing until it is interrupted.
    @Flag var wait = false
    /// Starts a thread that writes after the cell has ended, and then makes this file.
    @Option var late: String?

    /// Starts a thread that never stops writing.
    @Flag var lateFlood = false

    package init() {}

    package func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        if lateFlood {
            Task.detached {
                try await Task.sleep(for: .milliseconds(20))
                let block = String(repeating: "w", count: 32 << 10)
                while true { write(block, to: STDOUT_FILENO) }
            }
        }
        if let out { write(out, to: STDOUT_FILENO) }
        if let err { write(err, to: STDERR_FILENO) }
        if let bytes {
            for byte in stride(from: 0, to: bytes.count, by: 2) {
                var value = UInt8(bytes.dropFirst(byte).prefix(2), radix: 16) ?? 0
                _ = Glibc.write(STDOUT_FILENO, &value, 1)
            }
        }
        if let buffered { print(buffered, terminator: "") }
        for number in 0..<alternate {
            write("native \(number)\n", to: STDOUT_FILENO)
            cell.out.print("session \(number)")
        }
        for number in 0..<lines {
            let digits = String(number)
            write(digits + String(repeating: "-", count: 99 - digits.utf8.count) + "\n", to: STDOUT_FILENO)
        }
        if let late {
            Task.detached {
                try await Task.sleep(for: .milliseconds(50))
                write("too late\n", to: STDERR_FILENO)
                close(creat(late, 0o600))
            }
        }
        if wait { try await Task.sleep(for: .seconds(60)) }
    }
}

private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// The magics of this module.
package enum TestMagics {
    package static var all: [any Magic.Type] {
        [WorkMagic.self, SpinMagic.self, AskMagic.self, FloodMagic.self, CrashMagic.self, NativeMagic.self]
    }
}
