import ApusSession
import NotebookRunner

/// What a cell shows, as text: printed text at once, progress in place on a terminal and as a line now and then elsewhere, everything
/// else that changes in its final state.
final class AttachedText {
    private struct Display {
        let id: String
        var text: String
        /// Whether the present text was printed on lines of its own.
        var isPrinted = false
    }

    /// The shortest time between two lines about progress where nothing can be updated in place.
    private static let interval = Duration.seconds(2)

    private let isTerminal: Bool
    private let width: () -> Int
    private let write: (String) -> Void
    private var displays: [Display] = []
    private var lastLine: ContinuousClock.Instant?
    /// Whether the cursor stands behind a line that may be written over.
    private var isLineOpen = false
    private var endsWithLineBreak = true

    init(isTerminal: Bool, width: @escaping () -> Int, write: @escaping (String) -> Void) {
        self.isTerminal = isTerminal
        self.width = width
        self.write = write
    }

    func begin(_ title: String) { printLines(title) }

    func show(_ event: CellEvent) {
        switch event {
        case .stream(_, let text): printText(text)
        case .display(let display):
            let text = display.bundle.text ?? ""
            guard let id = display.id else { return printLines(text) }
            displays.append(Display(id: id, text: text))
            showProgress(displays.count - 1)
        case .updateDisplay(let display):
            guard let index = displays.lastIndex(where: { $0.id == display.id }) else { return }
            displays[index].text = display.bundle.text ?? ""
            displays[index].isPrinted = false
            showProgress(index)
        case .result(let bundle): printLines(bundle.text ?? "")
        case .error(let error): printLines(error.report.joined(separator: "\n"))
        case .clearOutput: displays = []
        }
    }

    /// Prints the final states, and what is said in the end.
    func end(_ line: String?) {
        closeLine()
        for display in displays where !display.isPrinted { printLines(display.text) }
        displays = []
        lastLine = nil
        if let line { printLines(line) }
    }

    /// A text of one line is progress; a longer one, such as a plot, waits for its final state.
    private func showProgress(_ index: Int) {
        let text = displays[index].text
        guard !text.isEmpty, !text.contains(where: \.isNewline) else { return }
        if isTerminal {
            if !isLineOpen { breakLine() }
            let columns = max(20, width() - 1)
            write("\r\u{1B}[2K" + (text.count > columns ? text.prefix(columns - 1) + "…" : text))
            isLineOpen = true
        } else {
            let now = ContinuousClock.now
            guard lastLine.map({ now - $0 >= Self.interval }) ?? true else { return }
            lastLine = now
            printLines(text)
            displays[index].isPrinted = true
        }
    }

    private func closeLine() {
        if isLineOpen { write("\r\u{1B}[2K") }
        isLineOpen = false
    }

    private func printText(_ text: String) {
        closeLine()
        let text = isTerminal ? text : text.withoutEscapeSequences
        guard !text.isEmpty else { return }
        write(text)
        endsWithLineBreak = text.utf8.last == UInt8(ascii: "\n")
    }

    private func breakLine() {
        if !endsWithLineBreak { write("\n") }
        endsWithLineBreak = true
    }

    private func printLines(_ text: String) {
        guard !text.isEmpty else { return }
        closeLine()
        breakLine()
        printText(text)
        breakLine()
    }
}
