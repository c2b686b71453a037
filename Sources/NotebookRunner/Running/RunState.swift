import ApusSession
import NotebookFormat
import Synchronization

/// What the threads of a run share: the notebook, the outputs of the running cell, and whether somebody stopped the run.
final class RunState: Sendable {
    struct Values {
        var notebook: Notebook
        var recorder = OutputRecorder()
        var isInterrupted = false
        /// The running cell.
        var race: CellRace?
        /// Whether the running cell showed an error itself.
        var hasShownError = false
        /// Whether a cell was given up that may still be running.
        var isStuck = false
    }

    private let values: Mutex<Values>

    init(_ notebook: Notebook) { values = Mutex(Values(notebook: notebook)) }

    func callAsFunction<Result: Sendable>(_ body: (inout sending Values) -> Result) -> Result {
        values.withLock { body(&$0) }
    }

    /// The notebook with all outputs so far.
    func snapshot() -> Notebook {
        self { values in
            for (index, outputs) in values.recorder.takeChanges() { values.notebook.cells[index].outputs = outputs }
            return values.notebook
        }
    }

    /// Takes an output of the cell that `race` is about; false when that cell was given up.
    func record(_ event: CellEvent, from race: CellRace) -> Bool {
        self { values in
            guard values.race === race else { return false }
            if case .error = event { values.hasShownError = true }
            values.recorder.record(event)
            return true
        }
    }
}
