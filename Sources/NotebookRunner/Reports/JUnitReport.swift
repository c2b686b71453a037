import ApusSession
import NotebookFormat

/// Runs as JUnit XML, as CI servers read it: one test suite for each notebook, one test case for each code cell.
///
/// Failures of earlier attempts are told in the words of Maven's Surefire: `flakyFailure` in a cell that passed in the end,
/// `rerunFailure` in one that did not.
public enum JUnitReport {
    public static func text(_ reports: [NotebookReport]) -> String {
        let suites = reports.map(suite)
        let total = suites.reduce(into: Counts()) { $0.add($1.counts) }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(total.attributes)>\n" + suites.map(\.xml).joined() + "</testsuites>\n"
    }

    private struct Counts {
        var tests = 0
        var failures = 0
        var errors = 0
        var skipped = 0
        var time = Duration.zero

        mutating func add(_ other: Counts) {
            tests += other.tests
            failures += other.failures
            errors += other.errors
            skipped += other.skipped
            time += other.time
        }

        mutating func add(_ outcome: CellReport.Outcome) {
            tests += 1
            switch outcome {
            case .passed, .failedAsExpected: break
            case .failed: failures += 1
            case .timedOut, .interrupted: errors += 1
            case .skipped, .notRun: skipped += 1
            }
        }

        var attributes: String {
            #"tests="\#(tests)" failures="\#(failures)" errors="\#(errors)" skipped="\#(skipped)" time="\#(time.decimalSeconds)""#
        }
    }

    private static func suite(_ report: NotebookReport) -> (xml: String, counts: Counts) {
        var counts = Counts()
        counts.time = report.duration
        for cell in report.cells { counts.add(cell.outcome) }
        var cases = report.cells.map { testCase($0, of: report) }
        if let problem = report.problem {
            counts.tests += 1
            counts.errors += 1
            cases.append(notebookCase(report, "      <error type=\"FileError\" message=\"\(XML.escaped(problem))\"/>\n"))
        } else if report.attempts.isEmpty {
            counts.tests += 1
            counts.skipped += 1
            cases.append(notebookCase(report, "      <skipped message=\"the run ended before this notebook\"/>\n"))
        }
        // Without the fraction and the zone, as the schema of the format has it.
        let timestamp = report.attempts.first.map { " timestamp=\"\($0.started.prefix(19))\"" } ?? ""
        var xml = "  <testsuite name=\"\(XML.escaped(report.name))\" \(counts.attributes)\(timestamp)>\n"
        if report.attempts.count > 1 { xml += "    <properties><property name=\"attempts\" value=\"\(report.attempts.count)\"/></properties>\n" }
        return (xml + cases.joined() + "  </testsuite>\n", counts)
    }

    /// The path without its ending and with dots for slashes, so that notebooks of the same name in two folders stay apart.
    private static func className(_ path: String) -> String {
        let stem = path.hasSuffix(".ipynb") ? String(path.dropLast(".ipynb".count)) : path
        return stem.split(separator: "/").filter { $0 != "." && $0 != ".." }.joined(separator: ".")
    }

    /// A case for the notebook as a whole.
    private static func notebookCase(_ report: NotebookReport, _ content: String) -> String {
        "    <testcase classname=\"\(XML.escaped(className(report.name)))\" name=\"notebook\" time=\"0.000\">\n\(content)    </testcase>\n"
    }

    private static func testCase(_ cell: CellReport, of report: NotebookReport) -> String {
        var xml =
            "    <testcase classname=\"\(XML.escaped(className(report.name)))\" name=\"\(XML.escaped("cell \(cell.number): \(cell.title)"))\" "
            + "time=\"\(cell.duration.decimalSeconds)\">\n"
        switch cell.outcome {
        case .passed: break
        case .failedAsExpected(let error): xml += property("expected \(error.name): \(error.message)")
        case .failed(let error): xml += element("failure", error, cell)
        case .timedOut(let error), .interrupted(let error): xml += element("error", error, cell)
        case .skipped(let reason): xml += "      <skipped message=\"\(XML.escaped(reason))\"/>\n"
        case .notRun: xml += "      <skipped message=\"the run ended before this cell\"/>\n"
        }
        for attempt in report.attempts.dropLast() where attempt.cells.indices.contains(cell.number - 1) {
            let earlier = attempt.cells[cell.number - 1]
            if let error = earlier.error { xml += element(cell.outcome == .passed ? "flakyFailure" : "rerunFailure", error, earlier) }
        }
        xml += stream("system-out", cell.outputs.filter { $0.kind != .error && $0.streamName != "stderr" })
        xml += stream("system-err", cell.outputs.filter { $0.streamName == "stderr" })
        return xml + "    </testcase>\n"
    }

    private static func property(_ value: String) -> String {
        "      <properties><property name=\"outcome\" value=\"\(XML.escaped(value))\"/></properties>\n"
    }

    /// What went wrong: the cell's source and its error report.
    private static func element(_ name: String, _ error: CellError, _ cell: CellReport) -> String {
        let text = "\(cell.source)\n\n\(error.report.joined(separator: "\n"))\n"
        return "      <\(name) type=\"\(XML.escaped(error.name))\" message=\"\(XML.escaped(error.message))\">\(XML.escaped(text))</\(name)>\n"
    }

    private static func stream(_ name: String, _ outputs: [Notebook.Output]) -> String {
        let text = outputs.compactMap(\.plainText).map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
        return text.isEmpty ? "" : "      <\(name)>\(XML.escaped(text))</\(name)>\n"
    }
}
