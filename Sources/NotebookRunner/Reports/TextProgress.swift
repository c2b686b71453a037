public import ApusSession
import Synchronization

/// Progress of a run for a terminal: one line a cell, and while it runs what its newest display says.
public final class TextProgress: RunObserver {
    private struct State {
        var title = ""
        var lastShown: ContinuousClock.Instant?
    }

    /// The shortest time between two changes of the line; a cell may print faster than anybody reads.
    static let interval = Duration.milliseconds(100)

    private let width: @Sendable () -> Int
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - width: Columns of the terminal, asked anew for each line.
    ///   - write: Takes text with control sequences.
    public init(width: @escaping @Sendable () -> Int, write: @escaping @Sendable (String) -> Void) {
        self.width = width
        self.write = write
    }

    public func cellStarted(_ cell: CellReport, of total: Int) {
        let title = TextProgress.title(cell, of: total)
        state.withLock { $0 = State(title: title) }
        show("  ...")
    }

    public func cellShowed(_ event: CellEvent) {
        guard let last = TextProgress.line(of: event) else { return }
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard state.lastShown.map({ now - $0 >= TextProgress.interval }) ?? true else { return false }
            state.lastShown = now
            return true
        }
        guard isDue else { return }
        show("  " + last)
    }

    public func cellEnded(_ cell: CellReport, of total: Int) {
        if case .notRun = cell.outcome { return }
        let mark =
            switch cell.outcome {
            case .passed: "ok"
            case .failedAsExpected: "failed, as it may"
            case .failed: "FAILED"
            case .timedOut: "OUT OF TIME"
            case .interrupted: "INTERRUPTED"
            case .skipped(let reason): "skipped: \(reason)"
            case .notRun: ""
            }
        let time = cell.duration > .zero ? "  \(cell.duration.spoken)" : ""
        let text = TextProgress.fit(TextProgress.title(cell, of: total), "  \(mark)\(time)", width: width())
        write("\r\u{1B}[2K\(text)\n")
        state.withLock { $0 = State() }
    }

    /// A display of one line, such as a progress bar, or the last line of a text; tables and plots are for the notebook.
    static func line(of event: CellEvent) -> String? {
        let lines: [Substring]
        switch event {
        case .display(let display), .updateDisplay(let display):
            lines = (display.bundle.text ?? "").split(whereSeparator: \.isNewline)
            guard lines.count == 1 else { return nil }
        case .stream(_, let text): lines = text.split(whereSeparator: \.isNewline)
        case .result, .clearOutput, .error: return nil
        }
        let line = lines.last { !String($0).trimmed.isEmpty }
        return line.map { String(String($0).withoutEscapeSequences.trimmed.map { $0 == "\t" ? " " : $0 }) }
    }

    private func show(_ end: String) {
        let title = state.withLock { $0.title }
        write("\r\u{1B}[2K" + TextProgress.fit(title, end, width: width()))
    }

    static func title(_ cell: CellReport, of total: Int) -> String {
        let digits = String(total).count
        let number = String(cell.number)
        return "[\(String(repeating: " ", count: digits - number.count))\(number)/\(total)] \(cell.title)"
    }

    /// Both on one line: the title gets what `end` leaves, but at least a quarter.
    static func fit(_ title: String, _ end: String, width: Int) -> String {
        let width = max(width - 1, 20)
        let shown = title.count + end.count <= width ? title : cut(title, to: max(width / 4, width - end.count))
        return cut(shown + end, to: width)
    }

    private static func cut(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }
}
