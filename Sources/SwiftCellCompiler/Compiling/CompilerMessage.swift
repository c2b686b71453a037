/// One message of the compiler, with the place in the code that it was given.
package struct CompilerMessage: Equatable, Sendable {
    package enum Severity: String, Sendable { case error, warning, note, remark }

    package let severity: Severity
    package let text: String
    /// The file as `#sourceLocation` names it.
    package private(set) var file: String
    /// From 1; columns and lengths are UTF-8 bytes.
    package private(set) var line: Int
    package let column: Int
    let length: Int
    /// What the compiler would put there.
    let replacement: String?

    /// Reads the output of `swift-frontend -diagnostic-style llvm`: a line with place and text, the line of code, a line with a caret and
    /// tildes, and sometimes a line with the replacement. Repetitions are left out.
    static func parse(_ output: String) -> [CompilerMessage] {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var messages: [CompilerMessage] = []
        for (index, line) in lines.enumerated() {
            guard let head = Head(line) else { continue }
            var length = 1
            var replacement: String?
            if index + 2 < lines.count, Head(lines[index + 1]) == nil, let caret = lines[index + 2].firstIndex(of: "^") {
                length = lines[index + 2][caret...].prefix { $0 == "^" || $0 == "~" }.count
                if index + 3 < lines.count, Head(lines[index + 3]) == nil {
                    let text = lines[index + 3].drop { $0 == " " }
                    if !text.isEmpty, lines[index + 3].first == " " {
                        // What goes before the code and behind it stands in its columns.
                        replacement = String(text).replacing(/[ ]{2,}/, with: "…")
                    }
                }
            }
            let message = CompilerMessage(
                severity: head.severity, text: head.text, file: head.file, line: head.line, column: head.column, length: length,
                replacement: replacement)
            if !messages.contains(message) { messages.append(message) }
        }
        return messages
    }

    /// The compiler says of what is missing at the end of a script that it is in no file; here it is behind the last line of one.
    func atEnd(of file: String, after lastLine: Int) -> CompilerMessage {
        guard self.file == "<stdin>", line > lastLine else { return self }
        var message = self
        (message.file, message.line) = (file, .max)
        return message
    }

    /// `FILE:LINE:COLUMN: error: TEXT`
    private struct Head {
        let file: String
        let line: Int
        let column: Int
        let severity: Severity
        let text: String

        init?(_ line: String) {
            for severity in [Severity.error, .warning, .note, .remark] {
                guard let marker = line.firstRange(of: ": \(severity.rawValue): ") else { continue }
                let place = line[..<marker.lowerBound].split(separator: ":", omittingEmptySubsequences: false)
                guard place.count >= 3, let column = Int(place[place.count - 1]), let number = Int(place[place.count - 2]) else { continue }
                file = place.dropLast(2).joined(separator: ":")
                self.line = number
                self.column = column
                self.severity = severity
                text = String(line[marker.upperBound...])
                return
            }
            return nil
        }
    }
}
