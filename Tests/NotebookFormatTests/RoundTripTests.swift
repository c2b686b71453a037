import ApusJSON
import NotebookFormat
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: ["empty", "outputs", "unicode", "numbers", "attachments", "unknown-members", "format-4.0", "format-4.4", "plain-strings"])
    func `a notebook of nbformat is written back byte for byte`(name: String) throws {
        #expect(try Fixtures.notebook(name).fileText() == Fixtures.text(name))
    }

    @Test func `another layout is rewritten as nbformat rewrites it`() throws {
        #expect(try Fixtures.notebook("plain-strings-source").fileText() == Fixtures.text("plain-strings"))
    }

    @Test(arguments: ["outputs", "unicode", "unknown-members", "plain-strings-source"])
    func `writing twice changes nothing`(name: String) throws {
        let once = try Fixtures.notebook(name).fileText()
        let again = try Notebook(parsing: Array(once.utf8))
        #expect(again.fileText() == once)
        #expect(try again == Notebook(json: again.json))
    }

    @Test func `texts are joined in memory, and lists that are data stay lists`() throws {
        let cell = try Fixtures.notebook("outputs").cells[1]
        let data = try #require(cell.outputs[0].members["data"])
        #expect(data["text/html"] == "<b>two</b>\n<i>lines</i>")
        #expect(data["text/markdown"] == "")
        #expect(data["application/json"]?["a"] == ["lines", "of\n", "data"])
        #expect(data["application/vnd.vega.v5+json"] == ["a", "list\n"])
    }

    @Test func `cells and outputs are read for what they are`() throws {
        let notebook = try Fixtures.notebook("unknown-members")
        #expect(notebook.minorVersion == 5)
        #expect(notebook.language == "swift" && notebook.kernelName == "apus")
        #expect(notebook.other["vendor"]?["a"]?[0]?["deep"] == [])
        #expect(notebook.cells[0].tags == ["parameters", "hide-input"])
        #expect(notebook.cells[0].other["vendor_cell"] == "kept\nas one string")
        #expect(notebook.cells.map(\.executionCount) == [1, 2, 3, 4, nil])
        #expect(notebook.cells[0].outputs.map(\.streamName) == ["stdout", "stderr"])
        #expect(notebook.cells.flatMap(\.outputs).map(\.kind) == [.stream, .stream, .displayData, .executeResult, .error])
        #expect(notebook.cells[3].outputs[0].plainText == "\u{1B}[31mE\u{1B}[0m: it\nfailed\n")
    }

    @Test func `lines are split where Python splits them`() {
        let text = "a\nb\rc\r\nd\u{0B}e\u{0C}f\u{1C}g\u{1D}h\u{1E}i\u{85}j\u{2028}k\u{2029}l\n\nm\u{1F}é🐦\u{2027}"
        let lines = [
            "a\n", "b\r", "c\r\n", "d\u{0B}", "e\u{0C}", "f\u{1C}", "g\u{1D}", "h\u{1E}", "i\u{85}", "j\u{2028}", "k\u{2029}", "l\n", "\n",
            "m\u{1F}é🐦\u{2027}",
        ]
        #expect(text.linesWithEnds().map { Array($0.utf8) } == lines.map { Array($0.utf8) })
        #expect("".linesWithEnds() == [])
        #expect("\r".linesWithEnds() == ["\r"])
    }

    @Test func `missing and repeated cell ids are repaired the same way each time`() throws {
        let cells = [
            Notebook.Cell(.code, source: ""), .init(.code, source: "", id: "a"), .init(.code, source: "", id: "a"), .init(.raw, source: "", id: "ä"),
        ]
        var notebook = Notebook(cells: cells)
        notebook.repairCellIDs()
        #expect(notebook.cells.map(\.id) == ["cell-1", "a", "cell-3", "cell-4"])
        #expect(notebook.freshCellID("a") == "a-2")
        var old = Notebook(minorVersion: 4, cells: cells.map { .init($0.kind, source: $0.source) })
        old.repairCellIDs()
        #expect(old.cells.allSatisfy { $0.id == nil } && old.freshCellID("a") == nil)
    }
}
