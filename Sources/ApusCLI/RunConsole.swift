import ApusSession
import NotebookFormat
import NotebookRunner

/// What a person sees of a run: progress on a terminal, failures, and on request what the cells showed.
struct RunConsole: RunObserver {
    let notebook: String
    let showsOutputs: Bool
    private let progress: TextProgress?

    init(notebook: String, showsOutputs: Bool) {
        self.notebook = notebook
        self.showsOutputs = showsOutputs
        progress = Console.errorIsTerminal ? TextProgress(width: { Console.width }, write: Console.error) : nil
    }

    func cellStarted(_ cell: CellReport, of total: Int) { progress?.cellStarted(cell, of: total) }

    func cellShowed(_ event: CellEvent) { progress?.cellShowed(event) }

    func cellEnded(_ cell: CellReport, of total: Int) {
        progress?.cellEnded(cell, of: total)
        if showsOutputs { Console.output(outputs(of: cell)) }
        if cell.error != nil {
            Console.error("\n" + FailureReport.text(cell, notebook: notebook, colour: Console.errorHasColour))
        }
    }

    /// The plain text of what the cell showed; errors are reported elsewhere.
    private func outputs(of cell: CellReport) -> String {
        let texts = cell.outputs.filter { $0.kind != .error }.compactMap { $0.plainText?.withoutEscapeSequences }.filter { !$0.isEmpty }
        guard !texts.isEmpty else { return "" }
        return "\n[\(cell.number)] \(cell.title)\n" + texts.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
    }
}
