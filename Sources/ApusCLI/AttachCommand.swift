import ApusJournal
public import ArgumentParser
import Glibc

/// `apus attach`: what a kernel or another run shows, in a terminal.
public struct AttachCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Watch what a kernel or a headless run of yours shows.",
        discussion: """
            Prints what the running cell has shown so far and goes on until it ends, or until the run ends where it is one of 'apus run'. \
            When nothing runs it prints the last cell that took long or showed progress. On a terminal progress updates in place; in a \
            pipe it is a line now and then. Ctrl-C ends the watching only. In a notebook, %attach does the same.

            Exit codes: 0 what was watched ended well, 1 it failed or there is nothing to watch, 2 wrong usage, 130 interrupted.

            Examples:
              apus attach                  the newest process in which a cell runs
              apus attach --list           the processes there are; 'apus attach 2 --list' the cells of the second
              apus attach lstm.ipynb       the newest process whose notebook has that in its name
            """)

    @Argument(help: ArgumentHelp("A number of --list, a process id, or a part of the notebook's name.", valueName: "run")) var target: String?
    @Option(help: "Which of its cells: 1 is the latest one, 2 the one before it.") var cell: Int?
    @Flag(help: "List the processes, or the cells of the given one.") var list = false
    @Flag(inversion: .prefixedNo, help: "Wait for what will be shown.") var follow = true

    public init() {}

    public func validate() throws {
        if let cell, cell < 1 { throw ValidationError("--cell counts from 1, not \(cell)") }
    }

    public func run() throws {
        let interrupt = InterruptSignal()
        let journals = try OpenJournal.all()
        if list, target == nil {
            if journals.isEmpty { throw nothing() }
            return Console.output(OpenJournal.table(journals).text + "\n")
        }
        let journal = try choose(journals)
        if list { return Console.output(journal.contents.table(isAlive: journal.isAlive, now: JournalText.now).text + "\n") }
        let text = AttachedText(isTerminal: Console.outputIsTerminal, width: { Console.size.columns }, write: Console.output)
        var watch = JournalWatch(journal, text: text, follows: follow) { interrupt.isPending }
        switch try watch.run(cell: cell) {
        case .done: break
        case .failed: throw ExitCode(ExitStatus.failed)
        case .interrupted: throw ExitCode(ExitStatus.interrupted(by: SIGINT))
        }
    }

    private func choose(_ journals: [OpenJournal]) throws -> OpenJournal {
        guard let wanted = target else {
            guard let found = journals.first(where: { $0.running != nil }) ?? journals.first(where: { !$0.contents.cells.isEmpty }) else {
                throw nothing()
            }
            return found
        }
        let number = Int(wanted)
        if let number, journals.indices.contains(number - 1) { return journals[number - 1] }
        if let found = journals.first(where: { $0.contents.origin?.process == number && number != nil || $0.name.contains(wanted) }) { return found }
        throw CommandFailure.usage("no kernel and no run is called '\(wanted)': 'apus attach --list' shows those there are")
    }

    private func nothing() -> CommandFailure {
        let place = Journals.folder.map { " in \($0.path)" } ?? ": there is no home folder"
        return CommandFailure(message: "nothing to watch: no kernel and no run has left a journal\(place)", exitCode: ExitStatus.failed)
    }
}
