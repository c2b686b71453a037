import ApusHub
import ApusSession

/// Shows a transfer: one progress bar a file, or one for all of them.
final class TransferDisplay {
    private let cell: CellContext
    /// What a single bar for all files is called; nil for a bar a file.
    private let title: String?
    private var current: (path: String, bar: ProgressDisplay)?

    init(_ cell: CellContext, title: String? = nil) {
        self.cell = cell
        self.title = title
    }

    /// To hand to the hub: its closures run on the thread that calls the hub, which is the session's.
    var transfer: Transfer {
        Transfer(progress: { self.show($0) }, shouldStop: { self.cell.shouldStop })
    }

    private func show(_ progress: TransferProgress) {
        if current?.path != progress.path {
            if title == nil { finish() }
            let bar = current?.bar ?? cell.progress(title ?? progress.path, total: progress.total, unit: .bytes)
            current = (progress.path, bar)
        }
        let message = title == nil ? progress.phase.rawValue : "\(progress.phase.rawValue) \(progress.path)"
        current?.bar.update(completed: progress.completed, total: progress.total, message: message)
    }

    /// Ends the bar that is shown.
    func finish(_ message: String = "done") {
        current?.bar.finish(message)
        current = nil
    }
}
