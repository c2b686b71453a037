import ApusSessionProcess
import Glibc

/// `apus session NUMBER`: the process that runs cells, as `apus kernel` and `apus run` start it. Not for people, so no help tells of it.
struct SessionCommand {
    private static let name = "session"
    /// Which session process of its front this is, from 1.
    let number: Int

    init(number: Int) { self.number = number }

    /// Nil when the arguments name another command.
    init?(_ arguments: [String]) {
        guard arguments.count == 2, arguments[0] == Self.name, let number = Int(arguments[1]) else { return nil }
        self.number = number
    }

    /// The words of the command line, with the program's name.
    var arguments: [String] { ["apus", Self.name, String(number)] }

    func run() throws -> Never {
        do {
            try SessionService.run { SessionFactory.makeServedSession(number: number) }
        } catch {
            throw CommandFailure.usage(error)
        }
        // Cells that do not stop, and what libraries do at exit, must not keep the process.
        _exit(ExitStatus.done)
    }
}
