import ApusSession
import NotebookFormat
import NotebookRunner
import Synchronization

/// What a person sees of a run: progress on a terminal, failures, how each of several notebooks ended, and on request what the cells showed.
final class RunConsole: BatchObserver {
    private let names: [String]
    private let showsOutputs: Bool
    /// For several notebooks at a terminal.
    private let progress: BatchProgress?
    /// Keeps what several notebooks write apart.
    private let turn = Mutex(())

    init(notebooks: [String], showsOutputs: Bool) {
        names = notebooks
        self.showsOutputs = showsOutputs
        let hasLines = Console.errorIsTerminal && notebooks.count > 1
        progress = hasLines ? BatchProgress(names: notebooks, size: { Console.size }, write: Console.error) : nil
    }

    func notebookStarted(_ index: Int, attempt: Int) -> any RunObserver {
        let cells: (any RunObserver)?
        if let progress {
            cells = progress.observer(of: index)
        } else {
            cells = Console.errorIsTerminal ? TextProgress(width: { Console.size.columns }, write: Console.error) : nil
        }
        return CellConsole(console: self, name: names[index], showsOutputs: showsOutputs, isOneOfSeveral: names.count > 1, progress: cells)
    }

    func attemptEnded(_ index: Int, _ report: NotebookReport, runsAgain: Bool) {
        progress?.ended(index)
        // One notebook that ran once has told everything by itself.
        guard names.count > 1 || report.attempts.count > 1 || runsAgain || report.problem != nil else { return }
        write(error: report.summary + (runsAgain ? "; it runs again" : "") + "\n")
    }

    /// Writes whole lines, while no progress is in the way.
    func write(output: String = "", error: String = "") {
        let write = {
            if !output.isEmpty { Console.output(output) }
            if !error.isEmpty { Console.error(error) }
        }
        if let progress { progress.interrupted(by: write) } else { turn.withLock { _ in write() } }
    }
}

/// The same for the cells of one notebook.
private struct CellConsole: RunObserver {
    let console: RunConsole
    let name: String
    let showsOutputs: Bool
    let isOneOfSeveral: Bool
    let progress: (any RunObserver)?

    func cellStarted(_ cell: CellReport, of total: Int) { progress?.cellStarted(cell, of: total) }

    func cellShowed(_ event: CellEvent) { progress?.cellShowed(event) }

    func cellEnded(_ cell: CellReport, of total: Int) {
        progress?.cellEnded(cell, of: total)
        let failure = cell.error == nil ? "" : "\n" + FailureReport.text(cell, notebook: name, colour: Console.errorHasColour)
        let outputs = showsOutputs ? outputs(of: cell) : ""
        if !failure.isEmpty || !outputs.isEmpty { console.write(output: outputs, error: failure) }
    }

    /// The plain text of what the cell showed; errors are reported elsewhere.
    private func outputs(of cell: CellReport) -> String {
        let texts = cell.outputs.filter { $0.kind != .error }.compactMap { $0.plainText?.withoutEscapeSequences }.filter { !$0.isEmpty }
        guard !texts.isEmpty else { return "" }
        let heading = "\n[\(isOneOfSeveral ? name + " " : "")\(cell.number)] \(cell.title)\n"
        return heading + texts.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
    }
}
