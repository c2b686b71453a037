import ApusSession
import NotebookRunner
import Testing

@Suite struct HTMLReportTests {
    private let error = CellError(name: "Mistake", message: "m", report: ["\u{1B}[31mMistake\u{1B}[0m: <script>alert(1)</script>", "next & step"])

    private func attempt(_ status: RunReport.Status, _ cells: CellReport...) -> RunReport {
        RunReport(status: status, cells: cells, started: "2026-11-21T03:00:00.123456Z", duration: .seconds(2))
    }

    private func cell(_ number: Int, _ source: String, _ outcome: CellReport.Outcome, _ duration: Duration = .zero) -> CellReport {
        CellReport(index: number, number: number, source: source, outcome: outcome, duration: duration)
    }

    private func page(_ reports: NotebookReport...) -> String { HTMLReport.text(reports, folder: "/ci/reports") }

    @Test func `the page counts notebooks and cells and tells why one failed`() {
        let failed = attempt(
            .failed, cell(1, "%%train", .passed, .seconds(1)), cell(2, "a\nb", .failed(error), .milliseconds(250)), cell(3, "c", .notRun),
            cell(4, "d", .skipped("tagged 'slow'")))
        let page = page(
            NotebookReport(name: "a.ipynb", output: "/ci/out/a.ipynb", attempts: [attempt(.passed, cell(1, "x", .passed))]),
            NotebookReport(name: "b.ipynb", output: "/ci/out/b.ipynb", attempts: [failed]),
            NotebookReport(name: "c.ipynb", output: "/ci/out/c.ipynb"))
        #expect(page.contains("<h1>1 notebook passed, 1 failed, 1 not run</h1>"))
        #expect(page.contains("<time datetime=\"2026-11-21T03:00:00Z\">2026-11-21 03:00:00 UTC</time>"))
        #expect(page.contains("<td>1 passed, 1 failed, 2 not run</td><td>1</td><td class=\"number\">2.00 s</td>"))
        #expect(page.contains("<h3>Cell 2: Mistake</h3>\n<pre><code>a\nb</code></pre>"))
        #expect(page.contains("skipped: tagged 'slow'") && page.contains("width: 100%") && page.contains("width: 25%"))
        #expect(page.contains("<a href=\"../out/a.ipynb\">") && !page.contains("out/c.ipynb"), "only what was written is linked")
    }

    @Test func `earlier attempts are folded away`() {
        let page = page(
            NotebookReport(
                name: "a.ipynb", output: "/a", attempts: [attempt(.failed, cell(1, "x", .failed(error))), attempt(.passed, cell(1, "x", .passed))]))
        #expect(page.contains("passed when it ran again") && page.contains("<td>2</td>"))
        #expect(page.contains("<summary>Attempt 1 failed at cell 1 after 2.00 s</summary>"))
    }

    /// U+FDD0, which no text should hold.
    private let noncharacter = String(decoding: [0xEF, 0xB7, 0x90], as: UTF8.self)

    @Test func `nothing from a notebook becomes markup, a script or a foreign link`() {
        let name = "\"><img src=x onerror=alert(1)>\u{1}\(noncharacter)&.ipynb"
        let page = page(
            NotebookReport(
                name: name, output: "/ci/reports/java\u{0A}script:a?b#c%/é \"<.ipynb",
                attempts: [attempt(.failed, cell(1, "</code><script>x", .failed(error)))], problem: "<b>"))
        for markup in ["<img", "<script", "</code><script", "<b>", "\u{1}", noncharacter, "\u{1B}"] { #expect(!page.contains(markup), "\(markup)") }
        #expect(page.contains("href=\"java%0Ascript%3Aa%3Fb%23c%25/%C3%A9%20%22%3C.ipynb\""))
        #expect(page.contains("<bdi>&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;.ipynb</bdi>"))
    }
}
