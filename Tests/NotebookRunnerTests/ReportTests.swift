import ApusSession
import FoundationXML
import Foundation
import NotebookFormat
import NotebookRunner
import Synchronization
import Testing

@Suite struct ReportTests {
    private let error = CellError(name: "Mistake", message: "a < b & \"c\"", report: ["\u{1B}[31mMistake\u{1B}[0m: a < b", "next step"])

    private var cells: [CellReport] {
        let outputs: [Notebook.Output] = [
            .stream("stdout", "out <1>\u{0}\u{1B}[1m\n"), .stream("stderr", "warning"), .displayData(["text/plain": "table ]]>"]),
            .error(name: "Mistake", value: "", traceback: ["t"]),
        ]
        return [
            CellReport(index: 0, number: 1, source: "\n%%train --a \"b\"", outcome: .passed, duration: .milliseconds(1250), outputs: outputs),
            CellReport(index: 2, number: 2, source: "bad\u{1}", outcome: .failed(error), duration: .seconds(2), outputs: outputs),
            CellReport(index: 3, number: 3, source: "slow", outcome: .timedOut(error)),
            CellReport(index: 4, number: 4, source: "may fail", outcome: .failedAsExpected(error)),
            CellReport(index: 5, number: 5, source: "", outcome: .skipped("the cell is empty")),
            CellReport(index: 6, number: 6, source: "later"),
        ]
    }

    private var report: RunReport {
        RunReport(status: .failed, cells: cells, started: "2026-11-21T03:00:00.123456Z", duration: .milliseconds(3250))
    }

    private func read(_ xml: String) -> JUnitReader {
        let reader = JUnitReader()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))\n\(xml)")
        return reader
    }

    @Test func `the JUnit report is well-formed and counts what happened`() throws {
        let reader = read(JUnitReport.text([NotebookReport(name: "a & <b>.ipynb", output: "/out", attempts: [report])]))
        #expect(
            reader.attributes["testsuite"]?.first == [
                "name": "a & <b>.ipynb", "tests": "6", "failures": "1", "errors": "1", "skipped": "2", "time": "3.250",
                "timestamp": "2026-11-21T03:00:00",
            ])
        #expect(
            reader.attributes["testcase"]?.map { $0["name"] } == [
                "cell 1: %%train --a \"b\"", "cell 2: bad", "cell 3: slow", "cell 4: may fail", "cell 5: ", "cell 6: later",
            ])
        #expect(reader.attributes["testcase"]?.map { $0["time"] } == ["1.250", "2.000", "0.000", "0.000", "0.000", "0.000"])
        #expect(reader.attributes["failure"]?.first == ["type": "Mistake", "message": "a < b & \"c\""])
        #expect(reader.texts["failure"] == "bad\n\nMistake: a < b\nnext step\n")
        #expect(reader.attributes["skipped"]?.count == 2 && reader.attributes["error"]?.count == 1)
        #expect(reader.texts["system-out"] == "out <1>\ntable ]]>\nout <1>\ntable ]]>\n")
        #expect(reader.texts["system-err"] == "warning\nwarning\n")
    }

    @Test func `the JUnit report has a suite for each notebook, their sums, and the failures of earlier attempts`() {
        func attempt(_ status: RunReport.Status, _ outcomes: CellReport.Outcome...) -> RunReport {
            let cells = outcomes.enumerated().map { CellReport(index: $0.offset, number: $0.offset + 1, source: "s", outcome: $0.element) }
            return RunReport(status: status, cells: cells, started: "2026-11-21T03:00:00.123456Z", duration: .seconds(1))
        }
        let reader = read(
            JUnitReport.text([
                NotebookReport(
                    name: "sub/flaky.ipynb", output: "", attempts: [attempt(.failed, .failed(error), .notRun), attempt(.passed, .passed, .passed)]),
                NotebookReport(name: "./bad.ipynb", output: "", attempts: [attempt(.failed, .failed(error)), attempt(.failed, .failed(error))]),
                NotebookReport(name: "/x/unwritten.ipynb", output: "", problem: "no <space>"),
                NotebookReport(name: "later.ipynb", output: ""),
            ]))
        #expect(reader.attributes["testsuites"] == [["tests": "5", "failures": "1", "errors": "1", "skipped": "1", "time": "4.000"]])
        #expect(reader.attributes["testsuite"]?.map { $0["name"] } == ["sub/flaky.ipynb", "./bad.ipynb", "/x/unwritten.ipynb", "later.ipynb"])
        #expect(reader.attributes["testcase"]?.map { $0["classname"] } == ["sub.flaky", "sub.flaky", "bad", "x.unwritten", "later"])
        #expect(reader.attributes["property"] == [["name": "attempts", "value": "2"], ["name": "attempts", "value": "2"]])
        #expect(reader.attributes["flakyFailure"]?.count == 1 && reader.attributes["rerunFailure"]?.count == 1)
        #expect(reader.attributes["error"]?.first?["message"] == "no <space>")
        #expect(reader.attributes["skipped"]?.first?["message"] == "the run ended before this notebook")
    }

    @Test func `the failure report shows source, outputs and error`() {
        let text = FailureReport.text(cells[1], notebook: "nb.ipynb", colour: false)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "nb.ipynb: cell 2 failed after 2.00 s")
        #expect(text.contains("---- stdout ---") && text.contains("out <1>") && text.contains("---- stderr ---") && text.contains("---- output ---"))
        #expect(text.hasSuffix("Mistake: a < b\nnext step\n"))
        #expect(!text.contains("\u{1B}") && FailureReport.text(cells[1], notebook: "", colour: true).contains("\u{1B}[31m"))
        #expect(FailureReport.text(cells[0], notebook: "", colour: false).isEmpty)
    }

    @Test func `progress is one line a cell and never wider than the terminal`() {
        let written = Written()
        let progress = TextProgress(width: { 40 }, write: written.append)
        progress.cellStarted(cells[0], of: 12)
        progress.cellShowed(.updateDisplay(DisplayData(MIMEBundle(text: "Epoch 1/30 loss 0.5 a line that is far too long for it"), id: "p")))
        progress.cellShowed(.display(DisplayData(MIMEBundle(text: "a table\nof two lines"))))
        progress.cellShowed(.updateDisplay(DisplayData(MIMEBundle(text: "too soon after the last"), id: "p")))
        progress.cellEnded(cells[0], of: 12)
        progress.cellEnded(cells[5], of: 12)
        let lines = written.text.split(separator: "\r").map { $0.replacing("\u{1B}[2K", with: "") }
        #expect(lines[0] == "[ 1/12] %%train --a \"b\"  ...")
        #expect(lines[1].contains("Epoch 1/30"))
        #expect(lines[2] == "[ 1/12] %%train --a \"b\"  ok  1.25 s\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 40 })
    }

    @Test func `progress of several notebooks is a line for each below everything else`() {
        let written = Written()
        let progress = BatchProgress(names: ["a", "b", "c"], size: { (40, 3) }, write: written.append)
        _ = progress.observer(of: 0)
        let second = progress.observer(of: 1)
        #expect(written.takeText() == "a  starting" + "\r\u{1B}[J" + "a  starting\nb  starting")
        second.cellStarted(cells[0], of: 12)
        #expect(written.takeText() == "\r\u{1B}[1A\u{1B}[Ja  starting\nb  [ 1/12] %%train --a \"b\"  ...")
        // Drawn now or with the next change, depending on how soon it comes.
        second.cellShowed(.updateDisplay(DisplayData(MIMEBundle(text: "Epoch 1/30"), id: "p")))
        _ = written.takeText()
        progress.interrupted { written.append("b failed\n") }
        #expect(written.takeText() == "\r\u{1B}[1A\u{1B}[Jb failed\na  starting\nb  [ 1/12] %%train --a \"b\"  Epoch 1/30")
        // As many lines as can be taken away again.
        _ = progress.observer(of: 2)
        #expect(written.takeText().hasSuffix("\u{1B}[Ja  starting\nb  [ 1/12] %%train --a \"b\"  Epoch 1/30"))
        progress.ended(0)
        progress.ended(1)
        progress.ended(2)
        #expect(written.takeText().hasSuffix("c  starting\r\u{1B}[J"))
    }

    @Test(arguments: [
        (Duration.microseconds(5400), "5 ms"), (.milliseconds(9994), "9.99 s"), (.milliseconds(61_240), "61.2 s"), (.seconds(3725), "62 min 5 s"),
    ])
    func `durations are written for people`(duration: Duration, text: String) {
        #expect(duration.spoken == text)
    }

    @Test(arguments: [
        ("// Parameters\nlet a = 1", "let a = 1"), ("\n# only\n// comments", "# only"), ("  %%train --epochs 3\n--seed 1", "%%train --epochs 3"),
        (" \n", ""),
    ])
    func `a cell is called by the first line that does something`(source: String, title: String) {
        #expect(CellReport(index: 0, number: 1, source: source).title == title)
    }
}

private final class Written: Sendable {
    private let storage = Mutex("")
    var text: String { storage.withLock { $0 } }
    func append(_ text: String) { storage.withLock { $0 += text } }
    func takeText() -> String {
        storage.withLock { text in
            defer { text = "" }
            return text
        }
    }
}

private final class JUnitReader: NSObject, XMLParserDelegate {
    var attributes: [String: [[String: String]]] = [:]
    var texts: [String: String] = [:]
    private var open: [String] = []

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes attributeDict: [String: String] = [:]
    ) {
        attributes[name, default: []].append(attributeDict)
        open.append(name)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { open.removeLast() }
    func parser(_ parser: XMLParser, foundCharacters text: String) { texts[open.last ?? "", default: ""] += text }
}
