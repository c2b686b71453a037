import ApusSession

extension CellError {
    /// The cell took longer than it may.
    static func timeout(cell: Int, limit: Duration, stopped: Bool) -> CellError {
        let message = "cell \(cell) took longer than \(limit.briefSeconds) seconds"
        let after =
            stopped
            ? "It was interrupted; what it showed until then is kept."
            : "It did not stop when it was interrupted, so no further cell ran."
        return CellError(
            name: "CellTimeout", message: message,
            report: ["\u{1B}[31mCellTimeout\u{1B}[0m: \(message)", after, "Give it more time with --timeout, or make the cell's work smaller."])
    }

    /// The cell was interrupted, and did not stop.
    static func abandoned(cell: Int, grace: Duration) -> CellError {
        let message = "cell \(cell) was interrupted and did not stop within \(grace.briefSeconds) seconds"
        return CellError(
            name: interruptedName, message: message,
            report: ["\u{1B}[31m\(interruptedName)\u{1B}[0m: \(message)", "What it showed until then is kept."])
    }
}

extension Duration {
    /// Seconds, with decimals only where there are any.
    var briefSeconds: String {
        let value = seconds
        return value == value.rounded() ? String(Int(value)) : decimalSeconds
    }
}
