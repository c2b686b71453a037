package import ApusSession

extension CellCompiler {
    /// Compiles a cell as well as it goes: with all that the session wants to know, or with less.
    ///
    /// - Parameters:
    ///   - scope: What earlier cells declared.
    ///   - file: The name of the cell in messages.
    /// - Throws: `ToolFailure`; `CancellationError`.
    package func compile(
        _ source: CellSource, for purpose: SwiftCell.Purpose = .running, in scope: CellScope, file: String, isCancelled: () -> Bool
    ) throws -> (code: RewrittenCell, attempt: Attempt) {
        func attempt(_ code: RewrittenCell, _ isolation: Isolation = .mainActor) throws -> Attempt {
            let script = scope.script(code, file: file)
            let attempt = try compile(script, isolation: isolation, isCancelled: isCancelled)
            guard case .failed(let messages, let output) = attempt.outcome else { return attempt }
            let lastLine = script.utf8.count { $0 == UInt8(ascii: "\n") }
            return (attempt.module, .failed(messages.map { $0.atEnd(of: file, after: lastLine) }, output: output))
        }
        let rewriter = CellRewriter(source.text)
        var additions = CellRewriter.Additions.values
        if case .timing(let loops, let repeats) = purpose { additions = .timing(loops: loops, repeats: repeats) }
        let code = rewriter.rewrite(additions)
        let first = try attempt(code)
        guard case .failed(let messages, _) = first.outcome else { return (code, first) }
        let errors = messages.filter { $0.severity == .error }
        if errors.contains(where: { $0.text.contains("different actor isolation") }) {
            // Swift 6.3 refuses subclasses of classes without an initializer of their own on the main actor.
            let other = try attempt(code, .nonisolated)
            if case .compiled = other.outcome { return (code, other) }
        }
        // Mistakes on other lines are the user's own.
        let mayBeAdded = { (error: CompilerMessage) in error.file != file || code.lines.contains(error.line) || error.line > source.lineCount }
        guard errors.allSatisfy(mayBeAdded), !code.lines.isEmpty else { return (code, first) }
        let bare = rewriter.rewrite(.nothing)
        let own = try attempt(bare)
        guard case .compiled = own.outcome else { return (bare, own) }
        guard purpose == .running else { return (code, first) }
        let modest = rewriter.rewrite(.progress)
        return (modest, try attempt(modest))
    }
}
