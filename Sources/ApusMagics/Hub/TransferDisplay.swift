import ApusHub
import ApusSession

/// Shows a transfer as one progress bar a file.
final class TransferDisplay {
    private let cell: CellContext
    private var current: (path: String, bar: ProgressDisplay)?

    init(_ cell: CellContext) { self.cell = cell }

    /// To hand to the hub: its closures run on the thread that calls the hub, which is the session's.
    var transfer: Transfer {
        Transfer(progress: { self.show($0) }, shouldStop: { self.cell.shouldStop })
    }

    private func show(_ progress: TransferProgress) {
        if current?.path != progress.path {
            finish()
            current = (progress.path, cell.progress(progress.path, total: progress.total, unit: "bytes"))
        }
        current?.bar.update(completed: progress.completed, total: progress.total, message: progress.phase.rawValue)
    }

    /// Ends the bar of the last file.
    func finish(_ message: String? = nil) {
        current?.bar.finish(message ?? current.map { _ in "done" })
        current = nil
    }
}
