import ApusSession
import Synchronization

/// Progress of several notebooks for a terminal: one line for each that runs, below everything else.
public final class BatchProgress: Sendable {
    private struct State {
        /// The line of each notebook that runs.
        var lines: [Int: (title: String, end: String)] = [:]
        /// How many of them are on the terminal; the cursor is at the end of the last one.
        var drawn = 0
        var lastDrawn: ContinuousClock.Instant?
    }

    private let names: [String]
    private let size: @Sendable () -> (columns: Int, rows: Int)
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - names: The notebooks.
    ///   - size: Columns and rows of the terminal, asked anew for each change.
    ///   - write: Takes text with control sequences.
    public init(names: [String], size: @escaping @Sendable () -> (columns: Int, rows: Int), write: @escaping @Sendable (String) -> Void) {
        self.names = names
        self.size = size
        self.write = write
    }

    /// Who watches the cells of one notebook, which starts.
    public func observer(of index: Int) -> any RunObserver {
        set("", "starting", of: index)
        return BatchProgressLine(progress: self, index: index)
    }

    /// The notebook does not run any more.
    public func ended(_ index: Int) {
        state.withLock { state in
            state.lines[index] = nil
            redraw(&state)
        }
    }

    /// Takes the lines away while `body` writes to the terminal, whole lines.
    public func interrupted(by body: () -> Void) {
        state.withLock { state in
            erase(&state)
            body()
            redraw(&state)
        }
    }

    fileprivate func set(_ title: String, _ end: String, of index: Int) {
        state.withLock { state in
            state.lines[index] = ("\(names[index])  \(title)", end)
            redraw(&state)
        }
    }

    /// As `set`, unless something was drawn just now.
    fileprivate func setWhenDue(_ title: String, _ end: String, of index: Int) {
        state.withLock { state in
            state.lines[index] = ("\(names[index])  \(title)", end)
            let now = ContinuousClock.now
            if state.lastDrawn.map({ now - $0 >= TextProgress.interval }) ?? true { redraw(&state) }
        }
    }

    private func erase(_ state: inout State) {
        guard state.drawn > 0 else { return }
        write("\r" + (state.drawn > 1 ? "\u{1B}[\(state.drawn - 1)A" : "") + "\u{1B}[J")
        state.drawn = 0
    }

    private func redraw(_ state: inout State) {
        erase(&state)
        let (columns, rows) = size()
        // Lines above the upper edge could not be taken away any more.
        let shown = state.lines.sorted { $0.key < $1.key }.prefix(max(1, rows - 1)).map {
            TextProgress.fit($0.value.title, $0.value.end, width: columns)
        }
        if !shown.isEmpty { write(shown.joined(separator: "\n")) }
        state.drawn = shown.count
        state.lastDrawn = .now
    }
}

private final class BatchProgressLine: RunObserver {
    private let progress: BatchProgress
    private let index: Int
    /// The running cell.
    private let title = Mutex("")

    init(progress: BatchProgress, index: Int) {
        self.progress = progress
        self.index = index
    }

    func cellStarted(_ cell: CellReport, of total: Int) {
        let title = TextProgress.title(cell, of: total)
        self.title.withLock { $0 = title }
        progress.set(title, "  ...", of: index)
    }

    func cellShowed(_ event: CellEvent) {
        guard let line = TextProgress.line(of: event) else { return }
        progress.setWhenDue(title.withLock { $0 }, "  " + line, of: index)
    }

    func cellEnded(_ cell: CellReport, of total: Int) {}
}
