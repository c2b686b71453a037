import ApusJSON
import ApusSession
import NotebookFormat
import NotebookRunner
import Testing

@Suite struct OutputRecorderTests {
    private func record(_ cells: [[CellEvent]]) -> [[String]] {
        var recorder = OutputRecorder()
        for (index, events) in cells.enumerated() {
            recorder.begin(cell: index, executionCount: index + 1)
            for event in events { recorder.record(event) }
        }
        return cells.indices.map { recorder.outputs(of: $0).map { $0.plainText ?? "" } }
    }

    private func display(_ text: String, _ id: String? = nil) -> CellEvent { .display(DisplayData(MIMEBundle(text: text), id: id)) }
    private func update(_ text: String, _ id: String) -> CellEvent { .updateDisplay(DisplayData(MIMEBundle(text: text), id: id)) }

    @Test func `an update reaches every display of its id, in any cell`() {
        let outputs = record([
            [display("a", "x"), display("b"), display("c", "x")], [display("d", "y"), update("new", "x")],
            [update("newer", "y"), update("none", "z")],
        ])
        #expect(outputs == [["new", "b", "new"], ["newer"], []])
    }

    @Test func `showing an id again updates its earlier displays`() {
        #expect(record([[display("a", "x")], [display("b", "x")]]) == [["b"], ["b"]])
    }

    @Test func `an update replaces the metadata too`() {
        var recorder = OutputRecorder()
        recorder.begin(cell: 0, executionCount: 1)
        recorder.record(.display(DisplayData(MIMEBundle(["text/plain": "a"], metadata: ["m": 1]), id: "x")))
        recorder.record(.updateDisplay(DisplayData(MIMEBundle(["text/html": "b"], metadata: [:]), id: "x")))
        #expect(recorder.outputs(of: 0) == [.displayData(["text/html": "b"])])
    }

    @Test func `clearing is immediate, or waits for the next output`() {
        #expect(record([[display("a"), .clearOutput(wait: false)]]) == [[]])
        #expect(record([[display("a"), .clearOutput(wait: true)]]) == [["a"]])
        #expect(record([[display("a"), .clearOutput(wait: true), display("b"), display("c")]]) == [["b", "c"]])
        #expect(record([[display("a"), .clearOutput(wait: true)], [display("b")]]) == [["a"], ["b"]])
    }

    @Test func `a display that was cleared is not updated`() {
        #expect(record([[display("a", "x"), .clearOutput(wait: false), display("b"), update("new", "x")]]) == [["b"]])
    }

    @Test func `an update does not end the wait of a clearing`() {
        #expect(record([[display("a", "x"), .clearOutput(wait: true), update("b", "x")]]) == [["b"]])
    }

    @Test func `only cells that changed are reported`() {
        var recorder = OutputRecorder()
        recorder.begin(cell: 3, executionCount: 1)
        recorder.record(.stream(.stdout, "a"))
        #expect(recorder.takeChanges() == [3: [.stream("stdout", "a")]])
        #expect(recorder.takeChanges().isEmpty)
    }

    /// Each expectation is what nbclient's two regular expressions leave of the whole text.
    @Test(arguments: [
        (["10 %\r", "20 %\r", "done\n"], "done\n"), (["a\r\nb"], "a\r\nb"), (["a\r", "\nb"], "a\r\nb"), (["abc\rx"], "x"), (["abc\r"], "abc\r"),
        (["a\nbc\rd\n"], "a\nd\n"), (["ab\u{08}c"], "ac"), (["ab\u{08}", "\u{08}c"], "c"), (["é\u{08}x"], "x"), (["a\r\rb"], "b"), ([""], ""),
        (["line\n", "next"], "line\nnext"), (["x", "y\n", "z"], "xy\nz"),
    ])
    func `carriage returns and backspaces act as in a terminal`(chunks: [String], expected: String) {
        var whole = StreamText()
        whole.append(chunks.joined())
        #expect(whole.text == expected)
        var pieces = StreamText()
        for chunk in chunks { pieces.append(chunk) }
        #expect(pieces.text == expected)
        var scalars = StreamText()
        for scalar in chunks.joined().unicodeScalars { scalars.append(String(scalar)) }
        #expect(scalars.text == expected)
    }
}
