import ApusSession
import NotebookFormat
import NotebookRunner
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct BatchRunTests {
    private let sessions = Sessions()
    private let observer = RecordingObserver()

    private func batch(_ notebooks: [Notebook], _ options: BatchOptions, save: (@Sendable (Notebook) throws -> Void)? = nil) -> BatchRun {
        let jobs = notebooks.enumerated().map { index, notebook in
            NotebookJob(
                name: "\(index).ipynb", notebook: notebook, output: "/out/\(index).ipynb", makeSession: { [sessions] in sessions.make(index) },
                save: save ?? { _ in })
        }
        return BatchRun(jobs, options: options, observer: observer)
    }

    @Test func `notebooks run at once, but not more than the limit`() async {
        // Each waits for another one that runs at the same time.
        let notebooks = (0..<6).map { _ in Notebook(code: "meet", "print a") }
        let reports = await batch(notebooks, BatchOptions(limit: 2)).run()
        #expect(reports.map(\.status) == Array(repeating: .passed, count: 6))
        #expect(reports.map(\.name) == (0..<6).map { "\($0).ipynb" })
        #expect(sessions.mostOpen == 2 && sessions.open == 0)
    }

    @Test func `one after the other is the default`() async {
        let reports = await batch([Notebook(code: "print a"), Notebook(code: "print b")], BatchOptions()).run()
        #expect(reports.map(\.status) == [.passed, .passed] && sessions.mostOpen == 1)
        #expect(observer.events == ["start 0.1", "end 0.1 passed", "start 1.1", "end 1.1 passed"])
    }

    @Test func `a notebook that fails does not keep the others from running`() async {
        let reports = await batch([Notebook(code: "fail a"), Notebook(code: "print b")], BatchOptions()).run()
        #expect(reports.map(\.status) == [.failed, .passed])
        #expect(reports[0].summary.hasPrefix("0.ipynb: failed at cell 1 after "))
        #expect(reports[1].summary.hasPrefix("1.ipynb: passed, 1 cell in "))
    }

    @Test func `stopping at a failure interrupts what runs and starts nothing more`() async {
        let notebooks = [Notebook(code: "meet\nfail a"), Notebook(code: "meet\nhang", "print b"), Notebook(code: "print c")]
        let reports = await batch(notebooks, BatchOptions(limit: 2, stopsAtFailure: true)).run()
        #expect(reports.map(\.status) == [.failed, .interrupted, .notRun])
        #expect(reports[1].cells.map(\.outcome.word) == ["interrupted Interrupted", "not run"])
        #expect(reports[2].summary == "2.ipynb: not run" && sessions.made == 2)
    }

    @Test func `an interrupt stops all notebooks and is no reason to run them again`() async {
        let notebooks = [Notebook(code: "meet\nhang"), Notebook(code: "meet\nsignal\nhang"), Notebook(code: "print c")]
        let batch = batch(notebooks, BatchOptions(limit: 2, retries: 3))
        async let reports = batch.run()
        for await _ in sessions.signals { break }
        batch.interrupt()
        let result = await reports
        #expect(result.map(\.status) == [.interrupted, .interrupted, .notRun])
        #expect(result.map(\.attempts.count) == [1, 1, 0] && sessions.open == 0)
    }

    @Test func `a notebook that failed runs again from its start in a fresh session`() async throws {
        let saved = SavedNotebooks()
        let reports = await batch(
            [Notebook(code: "print a", "fail-before 3 not yet", "print c")], BatchOptions(retries: 2), save: saved.save
        ).run()
        let report = try #require(reports.first)
        #expect(report.status == .passed && report.isFlaky)
        #expect(report.attempts.map(\.status) == [.failed, .failed, .passed])
        #expect(report.attempts.map { $0.cells.count(where: \.hasRun) } == [2, 2, 3])
        #expect(report.summary.hasSuffix("(attempt 3)") && sessions.made == 3)
        #expect(
            observer.events == [
                "start 0.1", "end 0.1 failed, again", "start 0.2", "end 0.2 failed, again", "start 0.3", "end 0.3 passed",
            ])
        // The executed notebook is that of the last attempt.
        #expect(saved.last?.cells.map { $0.outputs.count } == [1, 0, 1])
    }

    @Test func `retries have an end`() async {
        let reports = await batch([Notebook(code: "fail-before 3 not yet")], BatchOptions(retries: 1)).run()
        #expect(reports[0].status == .failed && reports[0].attempts.count == 2 && !reports[0].isFlaky)
    }

    @Test func `a mistake that checking finds is no reason to run again`() async {
        // To the real cell language, no cell of the scripted session makes sense.
        let options = BatchOptions(retries: 3, checker: CellChecker(magics: []))
        let reports = await batch([Notebook(code: "fail a")], options).run()
        #expect(reports[0].attempts.count == 1 && observer.events == ["start 0.1", "end 0.1 failed"])
    }

    @Test func `a notebook that cannot be written fails alone and only once`() async {
        let isFirst = Mutex(true)
        let reports = await batch([Notebook(code: "print a"), Notebook(code: "print b")], BatchOptions(retries: 3)) { _ in
            if isFirst.withLock({ first in
                defer { first = false }; return first
            }) {
                throw NoSpace()
            }
        }.run()
        #expect(reports.map(\.status) == [.failed, .passed])
        #expect(reports[0].attempts.isEmpty && reports[0].summary == "0.ipynb: failed: no space" && sessions.made == 2)
    }
}

private struct NoSpace: Error, CustomStringConvertible {
    let description = "no space"
}

/// The sessions of a batch, and how many were open at once.
private final class Sessions: Sendable {
    private struct Counts {
        var attempts: [Int: Int] = [:]
        var open = 0
        var mostOpen = 0
    }

    private let counts = Mutex(Counts())
    private let meeting = Meeting()
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() { (signals, signal) = AsyncStream.makeStream() }

    var made: Int { counts.withLock { $0.attempts.values.reduce(0, +) } }
    var open: Int { counts.withLock { $0.open } }
    var mostOpen: Int { counts.withLock { $0.mostOpen } }

    func make(_ index: Int) -> any Session {
        let attempt = counts.withLock { counts in
            counts.attempts[index, default: 0] += 1
            counts.open += 1
            counts.mostOpen = max(counts.mostOpen, counts.open)
            return counts.attempts[index] ?? 0
        }
        return ScriptedSession(
            attempt: attempt, meeting: meeting, onSignal: { [signal] in signal.yield() }, onClose: { [self] in counts.withLock { $0.open -= 1 } })
    }
}

private final class RecordingObserver: BatchObserver {
    private let log = Mutex<[String]>([])
    var events: [String] { log.withLock { $0 } }

    func notebookStarted(_ index: Int, attempt: Int) -> any RunObserver {
        log.withLock { $0.append("start \(index).\(attempt)") }
        return Nobody()
    }

    func attemptEnded(_ index: Int, _ report: NotebookReport, runsAgain: Bool) {
        log.withLock { $0.append("end \(index).\(report.attempts.count) \(report.status.rawValue)\(runsAgain ? ", again" : "")") }
    }

    private struct Nobody: RunObserver {
        func cellStarted(_ cell: CellReport, of total: Int) {}
        func cellShowed(_ event: CellEvent) {}
        func cellEnded(_ cell: CellReport, of total: Int) {}
    }
}
