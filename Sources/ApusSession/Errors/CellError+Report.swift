extension CellError {
    /// The report of a mistake in the text of a cell: message, source line with carets, choices, next step.
    package init(_ mistake: CellMistake, in source: CellSource) {
        var report = [ANSI.red(mistake.name) + ": " + mistake.message]
        if let range = mistake.range { report += Excerpt(source: source, range: range).lines }
        report += mistake.details
        if let hint = mistake.hint { report.append(ANSI.cyan("→ ") + hint) }
        var message = mistake.message
        if let range = mistake.range {
            let position = source.position(of: range.lowerBound)
            message = "\(position): \(mistake.message)"
        }
        self.init(name: mistake.name, message: message, report: report)
    }

    /// The lines of a report about one place of a cell, as for a mistake of the cell language.
    package static func excerpt(_ message: String, isError: Bool, source: CellSource, range: Range<Int>, replacement: String?) -> [String] {
        var lines = [isError ? ANSI.red(message) : message] + Excerpt(source: source, range: range).lines
        if let replacement { lines.append(ANSI.cyan("→ ") + "the compiler offers `\(replacement)`") }
        return lines
    }

    /// The report of an error that has no place in the text.
    package init(name: String, title: String, details: [String] = [], hint: String? = nil) {
        var report = [ANSI.red(name) + ": " + title] + details
        if let hint { report.append(ANSI.cyan("→ ") + hint) }
        self.init(name: name, message: title, report: report)
    }

    /// Whatever a magic threw, as the user shall see it.
    ///
    /// - Parameter interrupted: whether the cell had been asked to stop. An error after that is a consequence of the stop, so it is
    ///   reported as one.
    package init(_ error: any Error, in source: CellSource, interrupted: Bool, hasCommitted: Bool = false) {
        switch error {
        case let error as CellError: self = error
        case let mistake as CellMistake: self.init(mistake, in: source)
        case let error as CellInterrupted: self.init(name: CellError.interruptedName, title: error.message, hint: error.hint)
        case is CancellationError: self = .interrupted(hasCommitted: hasCommitted)
        case _ where interrupted:
            self.init(
                name: CellError.interruptedName, title: "the cell was interrupted",
                details: ["it ended with: \(error)"], hint: "run the cell again to start over")
        case let error as any ExplainedError:
            self.init(name: error.name, title: error.title, details: error.details, hint: error.hint)
        default: self.init(name: String(describing: type(of: error)), title: String(describing: error))
        }
    }

    /// What an interrupt leaves when the magic says nothing itself.
    package static func interrupted(hasCommitted: Bool) -> CellError {
        let state = hasCommitted ? "what it had saved is in the workspace" : "the workspace is as it was before the cell"
        return CellError(name: interruptedName, title: "the cell was interrupted; \(state)", hint: "run the cell again to start over")
    }
}
