import ApusJournal
import NotebookRunner
import Synchronization

/// Who watches the notebooks of a run: the console, and for each notebook a journal to which others can attach.
final class RunWatch: BatchObserver {
    private let console: RunConsole
    private let notebooks: [String]
    /// One for each notebook that has started, by its place; all attempts go on with it.
    private let journals = Mutex<[Int: Journal]>([:])

    /// - Parameter notebooks: their absolute paths.
    init(console: RunConsole, notebooks: [String]) {
        self.console = console
        self.notebooks = notebooks
    }

    func notebookStarted(_ index: Int, attempt: Int) -> any RunObserver {
        let journal = journals.withLock { journals -> Journal? in
            if journals[index] == nil { journals[index] = Journals.make(.run, name: notebooks[index]) }
            return journals[index]
        }
        let cells = console.notebookStarted(index, attempt: attempt)
        return RunObservers([cells] + [journal.map(RunJournal.init)].compactMap { $0 })
    }

    func attemptEnded(_ index: Int, _ report: NotebookReport, runsAgain: Bool) {
        console.attemptEnded(index, report, runsAgain: runsAgain)
        if !runsAgain { journals.withLock { $0.removeValue(forKey: index) }?.close(within: .seconds(1)) }
    }

    /// Writes what the journals of notebooks that still run have; for a process that is about to end.
    func closeJournals(within limit: Duration) {
        for journal in journals.withLock({ Array($0.values) }) { journal.close(within: limit) }
    }
}
