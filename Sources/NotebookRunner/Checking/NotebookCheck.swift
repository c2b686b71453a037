public import ApusJSON
public import ApusSession
public import NotebookFormat

/// Something wrong in a notebook, found without running it.
public struct NotebookDiagnostic: Sendable, Equatable {
    public var severity: CellDiagnostic.Severity
    /// Position among the code cells, from 1.
    public var cell: Int
    /// Position in the cell's text.
    public var position: CellPosition
    public var message: String

    /// The line that editors and CI servers understand: `path:cell:line:column: error: message`.
    public func line(path: String) -> String {
        "\(path):\(cell):\(position.line):\(position.column): \(severity.rawValue): \(message)"
    }
}

extension Notebook {
    /// What a run of the notebook would stumble over.
    ///
    /// Cells tagged `skip-execution` are left out, as a run leaves them out. What cells tagged `raises-exception` do wrong is
    /// their own affair.
    public func diagnostics(_ checker: CellChecker) -> [NotebookDiagnostic] {
        let code = cells.filter { $0.kind == .code }
        let sources = code.map { $0.tags.contains(CellTag.skipExecution) ? "" : $0.source }
        return checker.check(sources).filter { !code[$0.cell].tags.contains(CellTag.raisesException) }.map { found in
            let message = found.hint.map { "\(found.message); \($0)" } ?? found.message
            return NotebookDiagnostic(severity: found.severity, cell: found.cell + 1, position: found.position, message: message.singleLine)
        }
    }
}

extension Parameters {
    /// The values by name, typed as a run of `notebook` would type them.
    public func values(for notebook: Notebook) -> [String: JSON] {
        let declared = notebook.cells.first { $0.tags.contains(CellTag.parameters) }.map { DeclaredParameter.all(in: $0.source) } ?? []
        return Dictionary(
            uniqueKeysWithValues: values.map { name, value in
                (name, Parameters.literal(value, defaultIsText: declared.first { $0.name == name }?.isText ?? false))
            })
    }
}

extension String {
    fileprivate var singleLine: String {
        split(whereSeparator: \.isNewline).map { String($0).trimmed }.joined(separator: " ")
    }
}
