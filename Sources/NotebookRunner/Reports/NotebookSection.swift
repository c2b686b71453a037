/// The part of the HTML report about one notebook: its cells, what failed, and what earlier attempts were like.
struct NotebookSection {
    let report: NotebookReport
    let number: Int

    var html: String {
        let problem = report.problem.map { "<pre class=\"error\">\(XML.escaped($0))</pre>\n" } ?? ""
        return """
            <section aria-labelledby="notebook-\(number)">
            <h2 id="notebook-\(number)"><bdi>\(XML.escaped(report.name))</bdi></h2>
            <p>\(HTMLReport.mark(report))</p>
            \(problem)\(report.cells.map(failure).joined())\(earlierAttempts)\(table)</section>

            """
    }

    private var table: String {
        guard !report.cells.isEmpty else { return "" }
        let longest = report.cells.map(\.duration).max() ?? .zero
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="Cells of \(XML.escaped(report.name))">
            <table>
            <caption>Code cells</caption>
            <thead>
            <tr><th scope="col" class="cell">Cell</th><th scope="col" class="source">Source</th><th scope="col">Result</th><th scope="col" class="number">Time</th>\
            <th scope="col">Of the longest</th></tr>
            </thead>
            <tbody>
            \(report.cells.map { row($0, longest: longest) }.joined())</tbody>
            </table>
            </div>

            """
    }

    private func row(_ cell: CellReport, longest: Duration) -> String {
        let title = cell.title.isEmpty ? "" : "<code>\(XML.escaped(cell.title))</code>"
        let share = longest > .zero ? Int((cell.duration.seconds / longest.seconds * 100).rounded()) : 0
        let bar = cell.hasRun ? "<span aria-hidden=\"true\" style=\"width: \(max(share, 1))%\"></span>" : ""
        return """
            <tr><th scope="row">\(cell.number)</th><td>\(title)</td><td>\(mark(cell))</td>\
            <td class="number">\(cell.hasRun ? cell.duration.spoken : "")</td><td class="share">\(bar)</td></tr>

            """
    }

    private func mark(_ cell: CellReport) -> String {
        switch cell.outcome {
        case .passed: HTMLReport.mark("passed", "✓", "passed")
        case .failedAsExpected(let error): HTMLReport.mark("passed", "✓", "failed, as it may: \(error.name)")
        case .failed(let error): HTMLReport.mark("failed", "✗", "failed: \(error.name)")
        case .timedOut: HTMLReport.mark("failed", "✗", "out of time")
        case .interrupted: HTMLReport.mark("failed", "■", "interrupted")
        case .skipped(let reason): HTMLReport.mark("skipped", "–", "skipped: \(reason)")
        case .notRun: HTMLReport.mark("skipped", "–", "not run")
        }
    }

    private func failure(_ cell: CellReport) -> String {
        guard let error = cell.error else { return "" }
        let report = error.report.isEmpty ? "\(error.name): \(error.message)" : error.report.joined(separator: "\n")
        return """
            <h3>Cell \(cell.number): \(XML.escaped(error.name))</h3>
            <pre><code>\(XML.escaped(cell.source))</code></pre>
            <pre class="error"><samp>\(XML.escaped(report))</samp></pre>

            """
    }

    private var earlierAttempts: String {
        // Where the last attempt has no report, because its notebook could not be written, all that are there came before it.
        let earlier = report.problem == nil ? report.attempts.dropLast() : report.attempts[...]
        return earlier.enumerated().map { index, attempt in
            let cell = attempt.cells.first { $0.error != nil }.map { " at cell \($0.number)" } ?? ""
            return """
                <details>
                <summary>Attempt \(index + 1) failed\(cell) after \(attempt.duration.spoken)</summary>
                \(attempt.cells.map(failure).joined())</details>

                """
        }.joined()
    }
}
