import ApusSystem

/// Runs as one HTML page for people: what happened to each notebook, how long each cell took, and why one failed.
///
/// The page needs no other file and runs no script. Everything from notebooks is escaped, so that none of it can become markup.
public enum HTMLReport {
    /// The page.
    ///
    /// - Parameter folder: The absolute path of the folder that the page will be in; its links to executed notebooks are relative to it.
    public static func text(_ reports: [NotebookReport], folder: String) -> String {
        let title = headline(reports)
        let rows = reports.enumerated().map { row($0.element, number: $0.offset + 1, folder: folder) }
        let sections = reports.enumerated().map { NotebookSection(report: $0.element, number: $0.offset + 1).html }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(style)</style>
            </head>
            <body>
            <main>
            <h1>\(title)</h1>
            \(started(reports))<div class="scroll" tabindex="0" role="region" aria-label="Notebooks">
            <table>
            <caption>Notebooks</caption>
            <thead>
            <tr><th scope="col">Notebook</th><th scope="col">Result</th><th scope="col">Cells</th><th scope="col">Attempts</th>\
            <th scope="col" class="number">Time</th><th scope="col">Executed notebook</th></tr>
            </thead>
            <tbody>
            \(rows.joined())</tbody>
            </table>
            </div>
            \(sections.joined())</main>
            </body>
            </html>

            """
    }

    /// `2 notebooks passed, 1 failed`
    private static func headline(_ reports: [NotebookReport]) -> String {
        let statuses: [NotebookReport.Status] = [.passed, .failed, .interrupted, .notRun]
        let counts = statuses.map { status in (status.rawValue, reports.count { $0.status == status }) }.filter { $0.1 > 0 }
        let parts = counts.enumerated().map { index, part in
            "\(part.1)\(index > 0 ? "" : part.1 == 1 ? " notebook" : " notebooks") \(part.0)"
        }
        return parts.isEmpty ? "No notebooks" : parts.joined(separator: ", ")
    }

    private static func started(_ reports: [NotebookReport]) -> String {
        // Times in this form sort by their text.
        guard let first = reports.compactMap({ $0.attempts.first?.started }).min() else { return "" }
        let time = XML.escaped(String(first.prefix(19)))
        return "<p>Started <time datetime=\"\(time)Z\">\(time.replacing("T", with: " ")) UTC</time></p>\n"
    }

    private static func row(_ report: NotebookReport, number: Int, folder: String) -> String {
        let cells = report.cells
        let failed = cells.count { $0.error != nil }
        let skipped = cells.count { !$0.hasRun }
        let passed = cells.count - failed - skipped
        let counts = [(passed, "passed"), (failed, "failed"), (skipped, "not run")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        // Nothing was written for a notebook that did not run.
        let link =
            report.attempts.isEmpty
            ? "" : "<a href=\"\(url(FilePath.relative(report.output, to: folder)))\"><bdi>\(XML.escaped(FilePath.name(of: report.output)))</bdi></a>"
        return """
            <tr><th scope="row"><a href="#notebook-\(number)"><bdi>\(XML.escaped(report.name))</bdi></a></th>\
            <td>\(mark(report))</td><td>\(counts.joined(separator: ", "))</td><td>\(report.attempts.count)</td>\
            <td class="number">\(report.duration.spoken)</td><td>\(link)</td></tr>

            """
    }

    /// The result in words and with a sign, because not everybody sees colours.
    static func mark(_ report: NotebookReport) -> String {
        switch report.status {
        case .passed: mark("passed", "✓", report.isFlaky ? "passed when it ran again" : "passed")
        case .failed: mark("failed", "✗", "failed")
        case .interrupted: mark("failed", "■", "interrupted")
        case .notRun: mark("skipped", "–", "not run")
        }
    }

    static func mark(_ kind: String, _ sign: String, _ text: String) -> String {
        "<span class=\"\(kind)\"><span aria-hidden=\"true\">\(sign)</span> \(XML.escaped(text))</span>"
    }

    /// A relative path as a URL reference (RFC 3986): what is not unreserved is written as `%XX`, the slashes stay.
    private static func url(_ path: String) -> String {
        var url = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                url.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                url += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return url
    }
}
