import ApusHub
import ApusSession

/// Shows a transfer of several files as one progress bar over all their bytes.
final class TransferDisplay {
    private let cell: CellContext
    private let title: String
    /// How many files there will be; nil when the transfer finds out.
    private let count: Int?
    private var bar: ProgressDisplay?
    /// The newest state of every file that was heard of.
    private var files: [String: TransferProgress] = [:]

    init(_ cell: CellContext, title: String, count: Int? = nil) {
        self.cell = cell
        self.title = title
        self.count = count
    }

    /// To hand to the hub: its closures run on the thread that calls the hub, which is the session's.
    var transfer: Transfer {
        Transfer(progress: { self.show($0) }, shouldStop: { self.cell.shouldStop })
    }

    private func show(_ progress: TransferProgress) {
        files[progress.path] = progress
        // A file that is hashed now and uploaded later counts in each phase from its beginning.
        let current = files.values.filter { $0.phase == progress.phase }
        let total = current.reduce(0) { $0 + $1.total }
        let bar = bar ?? cell.progress(title, total: total, unit: .bytes)
        self.bar = bar
        let done = current.count { $0.completed == $0.total }
        let files = count.map { "\(done) of \($0) files" } ?? "\(done) of \(current.count) files"
        bar.update(
            completed: current.reduce(0) { $0 + $1.completed }, total: total, message: "\(progress.phase.rawValue) \(progress.path), \(files) done")
    }

    /// Ends the bar, if anything was transferred.
    func finish(_ message: String = "done") {
        bar?.finish(message)
        bar = nil
    }
}
