import ApusSystem
import ArgumentParser
import Glibc

/// The way into the program.
public enum ApusMain {
    /// Parses the command line, runs the command and ends the process with its exit code.
    ///
    /// Nothing has started a thread before the command runs, so that commands may still decide who takes signals.
    public static func run(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> Never {
        exit(exitCode(arguments))
    }

    private static func exitCode(_ arguments: [String]) -> Int32 {
        // Whatever happens to this process or to a session that it starts, tokens do not stay in a file.
        ProcessSecrets.forbidCoreDumps()
        // A limit of file sizes is an error of the write then, as a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        do {
            // Started for every notebook, by this program itself: it does not pay for reading a command line.
            if let session = SessionCommand(arguments) { try session.run() }
            var command = try ApusCommand.parseAsRoot(ParameterArguments.joined(arguments))
            try command.run()
            return ExitStatus.done
        } catch let failure as CommandFailure {
            Console.error("Error: \(failure.message)\n")
            return failure.exitCode
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            let code = ApusCommand.exitCode(for: error)
            let message = ApusCommand.fullMessage(for: error)
            if code == .success {
                Console.output(message + "\n")
            } else {
                Console.error(message + "\n")
            }
            return code == .validationFailure ? ExitStatus.usage : code.rawValue
        }
    }
}

/// What the process tells its caller.
enum ExitStatus {
    static let done: Int32 = 0
    /// A cell or a check failed.
    static let failed: Int32 = 1
    /// The command line, or a file that it names, cannot be used.
    static let usage: Int32 = 2

    /// Ended by a signal: 130 for SIGINT, as shells count.
    static func interrupted(by signal: Int32) -> Int32 { 128 + signal }
}

/// Ends a command with a message.
struct CommandFailure: Error {
    var message: String
    var exitCode: Int32

    /// What the user gave cannot be used.
    static func usage(_ error: any Error) -> CommandFailure { CommandFailure(message: "\(error)", exitCode: ExitStatus.usage) }
    static func usage(_ message: String) -> CommandFailure { CommandFailure(message: message, exitCode: ExitStatus.usage) }
}
