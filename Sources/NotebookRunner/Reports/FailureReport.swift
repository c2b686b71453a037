import NotebookFormat

/// What a person needs to see of a cell that failed: its source, what it showed, and the error.
public enum FailureReport {
    /// - Parameter colour: Whether the text goes to a terminal, which shows the colours of the error.
    public static func text(_ cell: CellReport, notebook: String, colour: Bool) -> String {
        guard let error = cell.error else { return "" }
        var lines = ["\(notebook): cell \(cell.number) \(verb(cell)) after \(cell.duration.spoken)", rule("cell \(cell.number)")]
        lines += trimmedLines(cell.source)
        for output in cell.outputs where output.kind != .error {
            guard let text = output.plainText, !text.trimmed.isEmpty else { continue }
            lines.append(rule(output.streamName ?? "output"))
            lines += shortened(trimmedLines(text))
        }
        lines.append(rule("error"))
        lines += error.report.isEmpty ? ["\(error.name): \(error.message)"] : error.report
        let text = lines.joined(separator: "\n") + "\n"
        return colour ? text : text.withoutEscapeSequences
    }

    private static func verb(_ cell: CellReport) -> String {
        switch cell.outcome {
        case .timedOut: "ran out of time"
        case .interrupted: "was interrupted"
        default: "failed"
        }
    }

    private static func rule(_ title: String) -> String {
        "---- \(title) " + String(repeating: "-", count: max(0, 74 - title.count))
    }

    /// The lines before the error matter most; the notebook holds the others.
    private static func shortened(_ lines: [String]) -> [String] {
        let limit = 60
        guard lines.count > limit else { return lines }
        return ["(\(lines.count - limit) lines before these are in the executed notebook)"] + lines.suffix(limit)
    }

    private static func trimmedLines(_ text: String) -> [String] {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        while lines.last?.trimmed.isEmpty == true { lines.removeLast() }
        return lines
    }
}
