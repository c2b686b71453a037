public import ApusSession

/// Somebody who watches a run. Called from any thread, one call at a time.
public protocol RunObserver: Sendable {
    /// `cell` begins; `total` code cells there are.
    func cellStarted(_ cell: CellReport, of total: Int)
    /// The running cell shows something.
    func cellShowed(_ event: CellEvent)
    /// `cell` ended, was skipped, or is left out.
    func cellEnded(_ cell: CellReport, of total: Int)
}
