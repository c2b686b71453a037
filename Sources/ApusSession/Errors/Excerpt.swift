/// The source line of a mistake with carets under the exact scalars, for people who read a terminal or a notebook.
struct Excerpt {
    let source: CellSource
    let range: Range<Int>

    /// Longer lines are shortened around the mistake, so that the carets stay on the screen.
    private static let widestLine = 110

    var lines: [String] {
        let position = source.position(of: range.lowerBound)
        let line = source.lineRange(position.line)
        let marked = range.clamped(to: line)
        var shown = line
        if line.count > Excerpt.widestLine {
            let start = max(line.lowerBound, marked.lowerBound - Excerpt.widestLine / 2)
            shown = start..<min(line.upperBound, start + Excerpt.widestLine)
        }
        let number = String(position.line)
        let margin = String(repeating: " ", count: number.utf8.count)
        let padding = source[shown.lowerBound..<max(shown.lowerBound, marked.lowerBound)].unicodeScalars
            .map { $0 == "\t" ? "\t" : String(repeating: " ", count: $0.displayWidth) }.joined()
        let width = max(1, source[marked.clamped(to: shown)].displayWidth)
        let carets = ANSI.red("^" + String(repeating: "~", count: width - 1))
        return [
            "\(margin) \(ANSI.blue("┌")) line \(position.line), column \(position.column)",
            "\(ANSI.blue(number + " │")) \(source[shown])",
            "\(margin) \(ANSI.blue("│")) \(padding)\(carets)",
        ]
    }
}

/// The few terminal colours that Jupyter front ends, terminals and `nbconvert` all understand.
enum ANSI {
    static func red(_ text: String) -> String { "\u{1B}[31m\(text)\u{1B}[0m" }
    static func blue(_ text: String) -> String { "\u{1B}[34m\(text)\u{1B}[0m" }
    static func cyan(_ text: String) -> String { "\u{1B}[36m\(text)\u{1B}[0m" }
}
