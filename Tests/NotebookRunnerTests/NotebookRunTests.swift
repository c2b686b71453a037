import ApusJSON
import ApusSession
import NotebookFormat
import NotebookRunner
import Testing

@Suite(.timeLimit(.minutes(1))) struct NotebookRunTests {
    private func run(
        _ notebook: Notebook, _ options: RunOptions = RunOptions(), readInput: NotebookRun.InputReader? = nil
    ) async throws -> (report: RunReport, notebook: Notebook, session: ScriptedSession) {
        let session = ScriptedSession()
        let saved = SavedNotebooks()
        let report = try await NotebookRun(notebook, session: session, options: options, readInput: readInput, save: saved.save).run()
        return (report, try #require(saved.last), session)
    }

    @Test func `cells run in order and the notebook keeps what they show`() async throws {
        var notebook = Notebook(code: "print a\nprint b\nwarn c\nprint d", "result 42")
        notebook.cells.insert(.init(.markdown, source: "# Title", id: "m"), at: 1)
        let (report, saved, session) = try await run(notebook)
        #expect(report.status == .passed)
        #expect(report.cells.map(\.index) == [0, 2] && report.cells.map(\.number) == [1, 2])
        #expect(saved.cells[0].outputs == [.stream("stdout", "a\nb\n"), .stream("stderr", "c\n"), .stream("stdout", "d\n")])
        #expect(saved.cells[2].outputs == [.executeResult(["text/plain": "42"], executionCount: 2)])
        #expect(saved.cells.map(\.executionCount) == [1, nil, 2])
        #expect(session.executed.map(\.cellID) == ["c0", "c1"])
    }

    @Test func `kernel, language and times are written`() async throws {
        let (_, saved, _) = try await run(Notebook(code: "print a"))
        #expect(saved.metadata["kernelspec"] == ["name": "apus", "display_name": "Swift (Apus)", "language": "swift"])
        #expect(saved.metadata["language_info"]?["name"] == "swift")
        let times = try #require(saved.cells[0].metadata["execution"]?.object)
        #expect(Set(times.keys) == ["iopub.execute_input", "iopub.status.busy", "iopub.status.idle", "shell.execute_reply"])
        let start = try #require(times["iopub.status.busy"]?.string)
        #expect(start.count == 27 && start.hasSuffix("Z") && start <= (times["iopub.status.idle"]?.string ?? ""))
    }

    @Test func `the first failure ends the run and later cells stay unrun`() async throws {
        var notebook = Notebook(code: "print a", "print b\nfail it broke", "print c")
        notebook.cells[2].outputs = [.stream("stdout", "of an earlier run")]
        notebook.cells[2].executionCount = 7
        let (report, saved, session) = try await run(notebook)
        #expect(report.status == .failed)
        #expect(report.cells.map(\.outcome.word) == ["passed", "failed Mistake", "not run"])
        #expect(session.executed.count == 2)
        #expect(saved.cells[1].outputs.map(\.kind) == [.stream, .error])
        #expect(saved.cells[1].outputs[1].members["evalue"] == "it broke")
        #expect(saved.cells[2].outputs.isEmpty && saved.cells[2].executionCount == nil)
    }

    @Test func `an error that is only in the reply is shown once all the same`() async throws {
        let (_, saved, _) = try await run(Notebook(code: "fail-silently quiet"))
        #expect(saved.cells[0].outputs.map(\.kind) == [.error])
    }

    @Test func `allowing errors runs every cell and the run fails still`() async throws {
        let (report, _, _) = try await run(Notebook(code: "fail a", "print b", "fail c"), RunOptions(allowsErrors: true))
        #expect(report.status == .failed)
        #expect(report.cells.map(\.outcome.word) == ["failed Mistake", "passed", "failed Mistake"])
    }

    @Test func `the tags raises-exception and skip-execution are honoured`() async throws {
        var notebook = Notebook(code: "fail a", "print b", "  \n", "print d")
        notebook.cells[0].metadata["tags"] = ["raises-exception"]
        notebook.cells[1].metadata["tags"] = ["skip-execution"]
        notebook.cells[1].outputs = [.stream("stdout", "kept")]
        let (report, saved, session) = try await run(notebook)
        #expect(report.status == .passed)
        #expect(report.cells.map(\.outcome.word) == ["expected", "skipped", "skipped", "passed"])
        #expect(saved.cells[1].outputs == [.stream("stdout", "kept")])
        #expect(saved.cells.map(\.executionCount) == [1, nil, nil, 2])
        #expect(session.executed.count == 2)
    }

    @Test func `a cell that takes too long is interrupted, and the error names cell and seconds`() async throws {
        let options = RunOptions(timeout: .milliseconds(750))
        let (report, saved, _) = try await run(Notebook(code: "", "print b\nhang", "print c"), options)
        #expect(report.status == .failed)
        #expect(report.cells.map(\.outcome.word) == ["skipped", "timed out CellTimeout", "not run"])
        let errors = saved.cells[1].outputs.filter { $0.kind == .error }
        #expect(errors.map { $0.members["ename"] } == ["Interrupted", "CellTimeout"])
        #expect(report.cells[1].error?.message == "cell 2 took longer than 0.750 seconds")
    }

    @Test func `a cell that does not even stop when interrupted is given up`() async throws {
        let options = RunOptions(timeout: .milliseconds(750), allowsErrors: true, interruptGrace: .seconds(2))
        let (report, saved, session) = try await run(Notebook(code: "print a\nhang-for-ever", "print b"), options)
        #expect(report.cells.map(\.outcome.word) == ["timed out CellTimeout", "not run"])
        #expect(saved.cells[0].outputs.map(\.kind) == [.stream, .error])
        #expect(session.executed.count == 1 && report.isSessionStuck)
    }

    @Test func `a fast cell is not affected by the time limit of a slow one`() async throws {
        let (report, _, _) = try await run(Notebook(code: "print a", "print b"), RunOptions(timeout: .seconds(30)))
        #expect(report.status == .passed)
    }

    @Test func `an interrupt stops the running cell and the run`() async throws {
        let session = ScriptedSession()
        let saved = SavedNotebooks()
        let run = NotebookRun(
            Notebook(code: "print a", "print b\nsignal\nhang", "print c"), session: session, options: RunOptions(allowsErrors: true), save: saved.save
        )
        async let report = run.run()
        for await _ in session.signals { break }
        run.interrupt()
        let result = try await report
        #expect(result.status == .interrupted)
        #expect(result.cells.map(\.outcome.word) == ["passed", "interrupted Interrupted", "not run"])
        #expect(saved.last?.cells[1].outputs.map(\.kind) == [.stream, .error])
    }

    @Test func `an interrupt before the first cell runs nothing`() async throws {
        let session = ScriptedSession()
        let saved = SavedNotebooks()
        let run = NotebookRun(Notebook(code: "print a"), session: session, save: saved.save)
        run.interrupt()
        let report = try await run.run()
        #expect(report.status == .interrupted && report.cells.map(\.outcome.word) == ["not run"] && session.executed.isEmpty)
    }

    @Test func `a cell that ignores the interrupt is given up`() async throws {
        let session = ScriptedSession()
        let saved = SavedNotebooks()
        let run = NotebookRun(
            Notebook(code: "signal\nhang-for-ever", "print c"), session: session, options: RunOptions(interruptGrace: .milliseconds(50)),
            save: saved.save)
        async let report = run.run()
        for await _ in session.signals { break }
        run.interrupt()
        let result = try await report
        #expect(result.status == .interrupted && result.isSessionStuck)
        #expect(result.cells[0].error?.message.contains("did not stop within 0.050 seconds") == true)
        #expect(saved.last?.cells[0].outputs.map(\.kind) == [.error])
    }

    @Test func `a notebook saved while a cell runs holds what there was`() async throws {
        let session = ScriptedSession()
        let saved = SavedNotebooks()
        let run = NotebookRun(
            Notebook(code: "print a", "show p 10 %\nupdate p 50 %\nsignal\nhang"), session: session,
            options: RunOptions(saveInterval: .milliseconds(20)), save: saved.save)
        async let report = run.run()
        for await _ in session.signals { break }
        let deadline = ContinuousClock.now + .seconds(20)
        while saved.last?.cells[1].outputs.first?.plainText != "50 %", .now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        let notebook = try #require(saved.last)
        #expect(notebook.cells[0].outputs == [.stream("stdout", "a\n")])
        #expect(notebook.cells[1].outputs == [.displayData(["text/plain": "50 %"])])
        #expect(notebook.cells[1].metadata["execution"]?["iopub.status.idle"] == nil)
        run.interrupt()
        _ = try await report
    }

    @Test func `saves are throttled while a cell shows much`() async throws {
        let session = ScriptedSession()
        let saved = SavedNotebooks()
        let lines = (0..<2000).map { "print \($0)" }.joined(separator: "\n")
        _ = try await NotebookRun(Notebook(code: lines), session: session, options: RunOptions(saveInterval: .seconds(60)), save: saved.save).run()
        // Before the run, soon after the first output, at the end of the cell, and at the end of the run.
        #expect(saved.all.count <= 4)
        #expect(saved.last?.cells[0].outputs.first?.plainText?.hasSuffix("1999\n") == true)
    }

    @Test func `a notebook that cannot be saved is not run`() async throws {
        let session = ScriptedSession()
        let run = NotebookRun(Notebook(code: "print a"), session: session) { _ in throw ParametersFailure() }
        await #expect(throws: ParametersFailure.self) { try await run.run() }
        #expect(session.executed.isEmpty)
    }

    @Test func `input is unavailable unless somebody can answer`() async throws {
        let (failed, _, headless) = try await run(Notebook(code: "ask name?"))
        #expect(failed.cells[0].outcome.word == "failed InputUnavailable")
        #expect(headless.executed[0].allowsInput == false)
        let (report, saved, session) = try await run(Notebook(code: "ask name?")) { prompt, _ in prompt + " Ada" }
        #expect(report.status == .passed && session.executed[0].allowsInput)
        #expect(saved.cells[0].outputs == [.stream("stdout", "answer: name? Ada\n")])
    }
}

private struct ParametersFailure: Error {}
