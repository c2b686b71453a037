import ApusJSON
import ApusSession
import NotebookFormat
import NotebookRunner
import Testing

@Suite struct NotebookCheckTests {
    private func check(_ notebook: Notebook, _ parameters: (String, String)..., filter: CellFilter = CellFilter()) throws -> [String] {
        var given = Parameters()
        for (name, text) in parameters { try given.set(name, text: text) }
        return notebook.diagnostics(CellChecker(magics: []), parameters: given, filter: filter).map { $0.line(path: "nb") }
    }

    @Test func `a finding names the cell of the file, also behind injected parameters`() throws {
        var notebook = Notebook(code: "let a = 1", "%nosuch", "%who")
        notebook.cells[0].metadata["tags"] = ["parameters"]
        let finding = "nb:2:1:1: error: there is no magic `%nosuch`; `%lsmagic` lists the magics there are"
        #expect(try check(notebook) == [finding])
        #expect(try check(notebook, ("a", "2")) == [finding])
        notebook.cells.insert(.init(.markdown, source: "text"), at: 0)
        #expect(try check(notebook, ("a", "2")) == [finding])
    }

    @Test func `parameters are set where a run sets them`() throws {
        // Without a tagged cell they come first, so that the notebook's own value wins, as in a run.
        let warning = "nb: warning: no cell is tagged 'parameters': the given parameters come first, and a later cell may set them again"
        #expect(try check(Notebook(code: "let a = true", "%reset --parameters={a}"), ("a", "3")) == [warning])
        var executed = Notebook(code: "let a = 1", "let b = true", "%reset --parameters={b}")
        executed.cells[0].metadata["tags"] = ["parameters"]
        executed.cells[1].metadata["tags"] = ["injected-parameters"]
        // The cell that an earlier run injected is replaced, so `b` is gone.
        #expect(try check(executed) == [])
        #expect(try check(executed, ("a", "3")) == ["nb:3:1:21: error: there is no parameter `b`; set it in an earlier cell: `let b = ...`"])
    }

    @Test func `cells that a run leaves out are not read`() throws {
        var notebook = Notebook(code: "%nosuch", "%another", "%who")
        notebook.cells[0].metadata["tags"] = ["slow"]
        notebook.cells[1].metadata["tags"] = ["raises-exception"]
        #expect(try check(notebook).count == 1)
        #expect(try check(notebook, filter: CellFilter(skippedTags: ["slow"])) == [])
    }

    @Test func `a notebook in another language is pointed out`() throws {
        var notebook = Notebook(code: "%who")
        notebook.metadata["kernelspec"] = ["name": "python3", "language": "python"]
        #expect(
            try check(notebook) == [
                "nb: warning: the notebook is written in python for the kernel 'python3'; its cells are run as Swift all the same"
            ])
    }
}
