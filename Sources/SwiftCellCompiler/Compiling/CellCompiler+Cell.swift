package import ApusSession

extension CellCompiler {
    /// Compiles a cell, in one of three ways that it takes.
    ///
    /// - Parameters:
    ///   - scope: What earlier cells declared.
    ///   - file: The name of the cell in messages.
    /// - Throws: `ToolFailure`; `CancellationError`.
    package func compile(
        _ source: CellSource, in scope: CellScope, file: String, isCancelled: () -> Bool
    ) throws -> (code: RewrittenCell, outcome: Outcome) {
        let rewriter = CellRewriter(source.text)
        let code = rewriter.rewrite()
        let outcome = try compile(scope.script(code, file: file), isCancelled: isCancelled)
        guard case .failed(let messages, _) = outcome else { return (code, outcome) }
        let errors = messages.filter { $0.severity == .error }
        if errors.contains(where: { $0.text.contains("different actor isolation") }) {
            // Swift 6.3 refuses subclasses of classes without an initializer of their own on the main actor.
            let other = try compile(scope.script(code, file: file), isolation: .nonisolated, isCancelled: isCancelled)
            if case .compiled = other { return (code, other) }
        }
        // Mistakes elsewhere are the user's own.
        guard errors.allSatisfy({ $0.file != file || code.readingLines.contains($0.line) }), !code.readingLines.isEmpty else {
            return (code, outcome)
        }
        let plain = rewriter.rewrite(reads: false)
        return (plain, try compile(scope.script(plain, file: file), isCancelled: isCancelled))
    }
}
