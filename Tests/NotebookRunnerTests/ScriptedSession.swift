import ApusJSON
import ApusSession
import NotebookFormat
import NotebookRunner
import Synchronization

/// A session whose cells are lines of a small script, each showing one event or ending the cell.
///
/// `print TEXT`, `warn TEXT` (stderr), `show ID TEXT`, `update ID TEXT`, `clear`, `clear-wait`, `result TEXT`, `fail MESSAGE` (shows the
/// error and ends), `fail-silently MESSAGE` (the error is only in the reply), `ask PROMPT`, `hang` (until interrupted),
/// `hang-for-ever`, `signal` (lets the test go on), `meet` (waits for another session that meets), `fail-before N MESSAGE` (fails in
/// attempts before the Nth).
final class ScriptedSession: Session {
    private struct State {
        var executed: [CellRequest] = []
        var isInterrupted = false
    }

    let language = LanguageInfo.swift
    /// Yields once for each `signal`.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let attempt: Int
    private let meeting: Meeting
    private let onSignal: @Sendable () -> Void
    private let onClose: @Sendable () -> Void

    init(
        attempt: Int = 1, meeting: Meeting = Meeting(), onSignal: @escaping @Sendable () -> Void = {}, onClose: @escaping @Sendable () -> Void = {}
    ) {
        (signals, signal) = AsyncStream.makeStream()
        self.attempt = attempt
        self.meeting = meeting
        self.onSignal = onSignal
        self.onClose = onClose
    }

    var executed: [CellRequest] { state.withLock { $0.executed } }

    func start(
        _ request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void
    ) -> @Sendable () -> Void {
        let task = Task { completion(await run(request, client: client)) }
        return { task.cancel() }
    }

    private func run(_ request: CellRequest, client: any SessionClient) async -> CellReply {
        state.withLock { state in
            state.executed.append(request)
            state.isInterrupted = false
        }
        for line in request.code.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            let rest = words.count > 1 ? words[1] : ""
            if let error = await perform(words[0], rest, client) { return CellReply(.error(error)) }
        }
        return CellReply(.ok)
    }

    private func perform(_ verb: String, _ rest: String, _ client: any SessionClient) async -> CellError? {
        func display() -> DisplayData {
            let words = rest.split(separator: " ", maxSplits: 1).map(String.init)
            return DisplayData(MIMEBundle(text: words.last ?? ""), id: words.first)
        }
        switch verb {
        case "print": client.receive(.stream(.stdout, rest + "\n"))
        case "warn": client.receive(.stream(.stderr, rest + "\n"))
        case "show": client.receive(.display(display()))
        case "update": client.receive(.updateDisplay(display()))
        case "clear": client.receive(.clearOutput(wait: false))
        case "clear-wait": client.receive(.clearOutput(wait: true))
        case "result": client.receive(.result(MIMEBundle(text: rest)))
        case "signal":
            signal.yield()
            onSignal()
        case "meet": await meeting.meet()
        case "fail-before":
            let number = Int(rest.prefix { $0 != " " }) ?? 0
            return attempt < number ? await perform("fail", String(rest.drop { $0 != " " }.dropFirst()), client) : nil
        case "fail", "fail-silently":
            let error = CellError(name: "Mistake", message: rest, report: ["\u{1B}[31mMistake\u{1B}[0m: \(rest)", "do something else"])
            if verb == "fail" { client.receive(.error(error)) }
            return error
        case "ask":
            do {
                client.receive(.stream(.stdout, "answer: \(try await client.requestInput(prompt: rest, isPassword: false))\n"))
            } catch {
                return CellError(name: "InputUnavailable", message: "\(error)", report: ["\(error)"])
            }
        case "hang", "hang-for-ever":
            if verb == "hang-for-ever" { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
            while !Task.isCancelled, !state.withLock({ $0.isInterrupted }) { try? await Task.sleep(for: .milliseconds(5)) }
            let error = CellError(name: CellError.interruptedName, message: "interrupted", report: ["Interrupted"])
            client.receive(.error(error))
            return error
        default: break
        }
        return nil
    }

    func interrupt() { state.withLock { $0.isInterrupted = true } }
    func complete(_ code: String, cursor: Int) async -> Completions { Completions(items: [], start: cursor, end: cursor) }
    func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle? { nil }
    func completeness(of code: String) async -> Completeness { .unknown }
    func close() async { onClose() }
}

/// Where sessions wait for one another, in pairs.
final class Meeting: Sendable {
    private let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)

    /// Returns when a second one is here.
    func meet() async {
        await withCheckedContinuation { continuation in
            let first = waiting.withLock { waiting in
                defer { waiting = waiting == nil ? continuation : nil }
                return waiting
            }
            first?.resume()
            if first != nil { continuation.resume() }
        }
    }
}

/// What a run saved, and how it ended.
final class SavedNotebooks: Sendable {
    private let texts = Mutex<[String]>([])

    func save(_ notebook: Notebook) { texts.withLock { $0.append(notebook.fileText()) } }
    var all: [String] { texts.withLock { $0 } }
    var last: Notebook? { all.last.flatMap { try? Notebook(parsing: $0.utf8) } }
}

extension Notebook {
    /// A notebook of code cells.
    init(code sources: String...) {
        self.init(cells: sources.enumerated().map { Cell(.code, source: $0.element, id: "c\($0.offset)") })
    }
}

extension CellReport.Outcome {
    /// The outcome in one word, with the error's name.
    var word: String {
        switch self {
        case .passed: "passed"
        case .failedAsExpected: "expected"
        case .failed(let error): "failed \(error.name)"
        case .timedOut(let error): "timed out \(error.name)"
        case .interrupted(let error): "interrupted \(error.name)"
        case .skipped: "skipped"
        case .notRun: "not run"
        }
    }
}
