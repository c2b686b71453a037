package import ApusSession

extension CellError {
    /// What the compiler says about a cell, with the cell's own lines.
    ///
    /// - Parameter file: The name of the cell in messages.
    package init(_ messages: [CompilerMessage], output: String, of code: RewrittenCell, in source: CellSource, file: String) {
        let relevant = messages.filter { $0.severity != .remark && $0.severity != .warning }
        guard let first = relevant.first(where: { $0.severity == .error }) else {
            // The compiler itself failed, or the linker.
            if output.contains("cannot be imported by the Swift") || output.contains("was created by a different version of the compiler") {
                self = .noToolchain("this one is another version than that which built Apus")
            } else {
                self.init(
                    name: "CompilerFailed", title: "the Swift compiler failed without a message about the cell",
                    details: output.split(separator: "\n").suffix(12).map(String.init),
                    hint: "write the cell in another way; this is the compiler's fault")
            }
            return
        }
        let place = first.file == file ? "\(source.position(of: first.range(of: code, in: source).lowerBound)): " : ""
        self.init(name: "CompileError", message: place + first.text, report: Self.report(relevant, of: code, in: source, file: file))
    }

    /// The report lines of compiler messages: text, the line with carets, the replacement that the compiler offers.
    package static func report(_ messages: [CompilerMessage], of code: RewrittenCell, in source: CellSource, file: String) -> [String] {
        messages.flatMap { message -> [String] in
            guard message.file == file else {
                return message.severity == .note ? [] : ["\(message.severity.rawValue): \(message.text)"]
            }
            return excerpt(
                "\(message.severity.rawValue): \(message.text)", isError: message.severity == .error, source: source,
                range: message.range(of: code, in: source), replacement: message.replacement)
        }
    }
}

extension CompilerMessage {
    /// The scalars of the user's code that the message is about.
    func range(of code: RewrittenCell, in source: CellSource) -> Range<Int> {
        guard line <= source.lineCount else { return source.end..<source.end }
        let line = source.lineRange(line)
        let text = Array(source[line].utf8)
        let column = min(code.column(column, line: self.line) - 1, text.count)
        let start = line.lowerBound + String(decoding: text[..<column], as: UTF8.self).unicodeScalars.count
        let length = String(decoding: text[column..<min(text.count, column + length)], as: UTF8.self).unicodeScalars.count
        return start..<min(line.upperBound, start + max(1, length))
    }
}

extension CellError {
    package static func noToolchain(_ reason: String) -> CellError {
        CellError(
            name: "NoSwiftToolchain", title: "cells of Swift need the Swift toolchain: \(reason)",
            hint: "install Swift from https://www.swift.org/install and start the kernel again; magics work without it")
    }
}
