import ApusJournal
import ApusSession
import NotebookRunner
import Synchronization

/// Keeps the journal of a headless run, so that it can be watched from a terminal.
final class RunJournal: RunObserver {
    private let journal: Journal
    private let running = Mutex<Int?>(nil)

    init(_ journal: Journal) { self.journal = journal }

    func cellStarted(_ cell: CellReport, of total: Int) {
        let number = journal.begin(code: cell.source, count: cell.number)
        running.withLock { $0 = number }
    }

    func cellShowed(_ event: CellEvent) {
        if let number = running.withLock({ $0 }) { journal.record(event, cell: number) }
    }

    func cellEnded(_ cell: CellReport, of total: Int) {
        let number = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let number else { return }
        let outcome: JournalOutcome =
            switch cell.outcome {
            case .passed, .skipped, .notRun: .ok
            case .failed, .failedAsExpected, .timedOut: .failed
            case .interrupted: .interrupted
            }
        journal.end(cell: number, outcome)
    }
}
