import ApusJSON
import NotebookFormat
import NotebookRunner
import Testing

@Suite struct CellFilterTests {
    private func notebook(_ tags: [String]...) -> Notebook {
        Notebook(
            cells: tags.enumerated().map { index, tags in
                Notebook.Cell(.code, source: "print \(index)", id: "c\(index)", metadata: ["tags": .array(tags.map { .string($0) })])
            })
    }

    private func run(_ notebook: Notebook, tags: [String] = [], skipped: [String] = []) async throws -> [String] {
        let options = RunOptions(filter: CellFilter(tags: tags, skippedTags: skipped))
        let report = try await NotebookRun(notebook, session: ScriptedSession(), options: options, save: { _ in }).run()
        #expect(report.status == .passed)
        return report.cells.map { cell in if case .skipped(let reason) = cell.outcome { reason } else { cell.outcome.word } }
    }

    @Test func `with tags only cells that have one run, and those with the parameters`() async throws {
        let notebook = notebook([], ["fast", "a"], ["slow"], ["parameters"], ["injected-parameters"])
        #expect(try await run(notebook, tags: ["fast"]) == ["not tagged 'fast'", "passed", "not tagged 'fast'", "passed", "passed"])
        let either = "not tagged 'fast' or 'slow'"
        #expect(try await run(notebook, tags: ["fast", "slow"]) == [either, "passed", "passed", "passed", "passed"])
    }

    @Test func `a skipped tag wins, and skip-execution stays what it is`() async throws {
        let notebook = notebook([], ["fast", "slow"], ["fast"], ["fast", "skip-execution"])
        #expect(try await run(notebook, skipped: ["slow"]) == ["passed", "tagged 'slow'", "passed", "tagged 'skip-execution'"])
        #expect(
            try await run(notebook, tags: ["fast"], skipped: ["slow"])
                == ["not tagged 'fast'", "tagged 'slow'", "passed", "tagged 'skip-execution'"])
    }

    @Test func `a cell that is left out keeps no results of an earlier run`() async throws {
        var notebook = notebook(["slow"], [])
        notebook.cells[0].outputs = [.stream("stdout", "old")]
        notebook.cells[0].executionCount = 7
        let saved = SavedNotebooks()
        let options = RunOptions(filter: CellFilter(skippedTags: ["slow"]))
        _ = try await NotebookRun(notebook, session: ScriptedSession(), options: options, save: saved.save).run()
        #expect(saved.last?.cells.map(\.executionCount) == [nil, 1] && saved.last?.cells[0].outputs == [])
    }

    @Test(
        arguments: [
            (["fast"], [], nil), ([], ["slow"], nil), ([], [], nil), (["other"], ["slow"], nil),
            (["fats"], [], "no code cell is tagged 'fats': did you mean 'fast'? The tags are 'fast', 'other', 'slow'"),
            ([], ["zzzzzz"], "no code cell is tagged 'zzzzzz': the tags are 'fast', 'other', 'slow'"),
            (["text"], [], "no code cell is tagged 'text': the tags are 'fast', 'other', 'slow'"),
            (["fast"], ["fast"], "the tags leave no cell to run"),
            ([], ["parameters"], "cells tagged 'parameters' always run, because the others need what they set"),
        ] as [([String], [String], String?)])
    func `a filter that means nothing is refused`(tags: [String], skipped: [String], message: String?) {
        let first = notebook(["parameters"], ["fast"], ["slow", "fast"])
        var second = notebook(["other"])
        second.cells.append(Notebook.Cell(.markdown, source: "text", metadata: ["tags": ["text"]]))
        let filter = CellFilter(tags: tags, skippedTags: skipped)
        var refusal: String?
        do { try filter.validate(for: [first, second]) } catch { refusal = error.description }
        #expect(refusal == message)
    }

    @Test func `where no cell has a tag, that is said`() {
        let error = #expect(throws: CellFilterError.self) { try CellFilter(tags: ["a"]).validate(for: [notebook([])]) }
        #expect(error?.description == "no code cell is tagged 'a': none has a tag")
    }
}
