public import ApusSession
public import NotebookFormat

/// Something wrong in a notebook, found without running it.
public struct NotebookDiagnostic: Sendable, Equatable {
    public var severity: CellDiagnostic.Severity
    /// Position among the code cells of the file, from 1; nil when the notebook as a whole is meant.
    public var cell: Int?
    /// Position in the cell's text.
    public var position: CellPosition
    public var message: String

    /// The line that editors and CI servers understand: `path:cell:line:column: error: message`.
    public func line(path: String) -> String {
        let place = cell.map { ":\($0):\(position.line):\(position.column)" } ?? ""
        return "\(path)\(place): \(severity.rawValue): \(message)"
    }

    /// About the notebook as a whole.
    static func warning(_ message: String) -> NotebookDiagnostic {
        NotebookDiagnostic(severity: .warning, cell: nil, position: CellPosition(line: 1, column: 1), message: message)
    }
}

extension Notebook {
    /// What a run of the notebook with these parameters and this filter would stumble over.
    ///
    /// The cells are read as the run would have them: with the injected parameters, and without those that it leaves out. What cells
    /// tagged `raises-exception` do wrong is their own affair.
    public func diagnostics(
        _ checker: CellChecker, parameters: Parameters = Parameters(), filter: CellFilter = CellFilter()
    ) -> [NotebookDiagnostic] {
        var notebook = self
        let warnings = ([languageWarning].compactMap { $0 } + notebook.inject(parameters)).map(NotebookDiagnostic.warning)
        let code = notebook.cells.filter { $0.kind == .code }
        let sources = code.map { cell in
            cell.tags.contains(CellTag.skipExecution) || filter.reason(toSkip: cell) != nil ? "" : cell.source
        }
        // The file does not have the cell that was added, so the cells after it count one less there.
        let isAdded = notebook.cells.count > cells.count
        let added = isAdded ? code.firstIndex { $0.tags.contains(CellTag.injectedParameters) } : nil
        let found = checker.check(sources).filter { !code[$0.cell].tags.contains(CellTag.raisesException) }.map { found in
            let message = found.hint.map { "\(found.message); \($0)" } ?? found.message
            let number = found.cell == added ? nil : added.map { found.cell > $0 ? found.cell : found.cell + 1 } ?? found.cell + 1
            return NotebookDiagnostic(severity: found.severity, cell: number, position: found.position, message: message.singleLine)
        }
        return warnings + found
    }

    /// What to know about a notebook that is not written in the cell language; nil for one that is, or says nothing.
    public var languageWarning: String? {
        guard let language, language.lowercased() != "swift" else { return nil }
        return "the notebook is written in \(language) for the kernel '\(kernelName ?? "?")'; its cells are run as Swift all the same"
    }
}

extension String {
    fileprivate var singleLine: String {
        split(whereSeparator: \.isNewline).map { String($0).trimmed }.joined(separator: " ")
    }
}
