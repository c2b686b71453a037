/// A table for every front end: aligned text, HTML and Markdown.
public struct TableView: Sendable, Equatable {
    public enum Alignment: Sendable, Equatable { case left, right }

    public var title: String?
    public var headers: [String]
    public var rows: [[String]]
    /// How each column is aligned; columns that are not listed are aligned right when all their cells are numbers.
    public var alignments: [Alignment]

    public init(title: String? = nil, headers: [String], rows: [[String]], alignments: [Alignment] = []) {
        self.title = title
        self.headers = headers
        self.rows = rows
        self.alignments = alignments
    }

    public var bundle: MIMEBundle { MIMEBundle(text: text, html: html, markdown: markdown) }

    /// A list of names and values needs no headers.
    private var hasHeaders: Bool { headers.contains { !$0.isEmpty } }

    private var columnCount: Int { max(headers.count, rows.map(\.count).max() ?? 0) }

    private func cell(_ row: [String], _ column: Int) -> String { column < row.count ? row[column] : "" }

    private func alignment(_ column: Int) -> Alignment {
        if column < alignments.count { return alignments[column] }
        let texts = rows.map { cell($0, column) }.filter { !$0.isEmpty }
        return !texts.isEmpty && texts.allSatisfy(TableView.isNumber) ? .right : .left
    }

    /// Digits with the signs, separators and units that numbers have in tables.
    private static func isNumber(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: \.isDigit)
            && text.unicodeScalars.allSatisfy { $0.isDigit || "+-−.,:%e× ".unicodeScalars.contains($0) }
    }

    public var text: String {
        let columns = 0..<columnCount
        let lines = [headers] + rows.map { $0.map(TableView.oneLine) }
        let widths = columns.map { column in lines.map { cell($0, column).displayWidth }.max() ?? 0 }
        func line(_ row: [String]) -> String {
            let cells = columns.map { column in
                let padding = String(repeating: " ", count: widths[column] - cell(row, column).displayWidth)
                return alignment(column) == .right ? padding + cell(row, column) : cell(row, column) + padding
            }
            return TableView.trimmed(cells.joined(separator: "  "))
        }
        var text = title.map { [$0] } ?? []
        if hasHeaders {
            text.append(line(headers))
            text.append(columns.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  "))
        }
        text += lines.dropFirst().map(line)
        return text.joined(separator: "\n")
    }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isLineBreak ? " " : $0 }))
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    public var html: String {
        let columns = 0..<columnCount
        func row(_ cells: [String], _ element: String, _ scope: String = "") -> String {
            "<tr>"
                + columns.map { column in
                    let side = alignment(column) == .right ? "right" : "left"
                    return "<\(element)\(scope) style=\"text-align:\(side);padding:2px 10px\">\(HTML.escape(cell(cells, column)))</\(element)>"
                }.joined() + "</tr>"
        }
        let caption = title.map { "<caption style=\"text-align:left;font-weight:600;padding:4px 10px\">\(HTML.escape($0))</caption>" } ?? ""
        let head = hasHeaders ? "<thead>\(row(headers, "th", " scope=\"col\""))</thead>" : ""
        return "<table>\(caption)\(head)<tbody>\(rows.map { row($0, "td") }.joined())</tbody></table>"
    }

    public var markdown: String {
        let columns = 0..<columnCount
        func line(_ row: [String]) -> String {
            "| " + columns.map { Markdown.escapeCell(cell(row, $0)) }.joined(separator: " | ") + " |"
        }
        // As long as the longest text: in LaTeX, pandoc gives wide tables column widths in this proportion.
        let widths = columns.map { column in max(3, (rows + [headers]).map { cell($0, column).displayWidth }.max() ?? 0) }
        let rule = columns.map { column in
            alignment(column) == .right ? String(repeating: "-", count: widths[column] - 1) + ":" : String(repeating: "-", count: widths[column])
        }
        let heading = title.map { "**\(Markdown.escapeCell($0))**\n\n" } ?? ""
        return heading + ([line(headers), "| " + rule.joined(separator: " | ") + " |"] + rows.map(line)).joined(separator: "\n")
    }
}

/// Writing text into Markdown.
enum Markdown {
    /// `text` as a table cell: shown as it is, on one line.
    static func escapeCell(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|", "\\", "`", "*", "_", "<", "&": escaped += "\\" + String(scalar)
            case "\n", "\r": escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
