import ApusSession
import Glibc

/// How a session process ended.
struct SessionEnd: Sendable, Equatable {
    enum Cause: Sendable, Equatable {
        case signal(Int32)
        case exit(Int32)
        /// It could not be started.
        case notStarted(errno: Int32)
        /// It sent what is no message, and was killed.
        case garbage(String)
    }

    var cause: Cause
    /// The most memory it had, in KiB; 0 when that is not known.
    var peakMemory = 0
    /// What it had written to descriptors 1 and 2 that nobody had read.
    var output = ""
    var errors = ""

    /// What happened, as the rest of a sentence about the process.
    var description: String {
        switch cause {
        case .signal(let number): "was ended by \(SignalName.text(number))"
        case .exit(let code): "exited with code \(code)"
        case .notStarted(let code): "could not be started: \(String(cString: strerror(code)))"
        case .garbage(let reason): "sent what cannot be read (\(reason)) and was ended"
        }
    }

    private var memory: String? {
        guard peakMemory > 0 else { return nil }
        let tenths = (peakMemory * 10 + (1 << 19)) >> 20
        return tenths < 10 ? "\(peakMemory >> 10) MiB" : "\(tenths / 10).\(tenths % 10) GiB"
    }

    /// The error of the cell that ran.
    ///
    /// - Parameter advice: How to go on; nil when running the earlier cells again is all there is to do.
    func error(advice: String?) -> CellError {
        if case .notStarted = cause {
            return CellError(
                name: "SessionUnavailable", title: "the session process \(description)",
                hint: "run the cell again; if that does not help, restart the kernel")
        }
        var details = [String]()
        if case .signal(SIGKILL) = cause {
            details.append("most likely the system ran out of memory" + (memory.map { ": the process had up to \($0)" } ?? ""))
        } else if let memory {
            details.append("it had up to \(memory) of memory")
        }
        details.append("the variables of earlier cells are gone; files are kept, and the next cell runs in a fresh session")
        return CellError(
            name: "SessionEnded", title: "the session process \(description) while it ran this cell", details: details,
            hint: advice ?? "run the earlier cells again, then this one")
    }

    /// What the next cell says when no cell ran.
    var warning: String {
        var text = "warning: the session process \(description) while no cell ran; the variables of earlier cells are gone\n"
        let lastWords = errors.isEmpty ? output : errors
        if !lastWords.isEmpty { text += "its last words:\n" + (lastWords.hasSuffix("\n") ? lastWords : lastWords + "\n") }
        return text
    }
}

/// Names of signals, with what they mean to somebody who did not send them.
enum SignalName {
    private static let meanings: [Int32: String] = [
        SIGSEGV: "SIGSEGV (it used memory that is not its own)", SIGBUS: "SIGBUS (a file or memory behind an address is gone)",
        SIGILL: "SIGILL (a check of the program failed)", SIGTRAP: "SIGTRAP (a check of the program failed)",
        SIGABRT: "SIGABRT (it gave up)", SIGFPE: "SIGFPE (a division by zero)", SIGKILL: "SIGKILL", SIGTERM: "SIGTERM", SIGINT: "SIGINT",
        SIGHUP: "SIGHUP", SIGQUIT: "SIGQUIT", SIGPIPE: "SIGPIPE", SIGXCPU: "SIGXCPU (its limit of processor time)",
        SIGXFSZ: "SIGXFSZ (its limit of file size)", SIGSYS: "SIGSYS (a system call that is forbidden)",
    ]

    static func text(_ number: Int32) -> String { meanings[number] ?? "signal \(number)" }
}
