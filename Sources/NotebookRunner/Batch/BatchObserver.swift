/// Somebody who watches notebooks run. Called from any thread, for several notebooks at the same time.
public protocol BatchObserver: Sendable {
    /// A notebook starts, for the first or a later time.
    ///
    /// - Returns: Who watches its cells.
    func notebookStarted(_ index: Int, attempt: Int) -> any RunObserver

    /// An attempt ended. `report` has all of them so far.
    func attemptEnded(_ index: Int, _ report: NotebookReport, runsAgain: Bool)
}
