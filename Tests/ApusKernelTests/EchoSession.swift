import ApusJSON
import ApusSession
import ApusThreads
import Synchronization

/// A complete toy session: everything a kernel needs from a cell language, small enough to read in one go.
///
/// A cell is a list of commands, one a line; other text is echoed as the cell's value.
///
///     say TEXT          prints to stdout          warn TEXT       prints to stderr
///     show TEXT         displays                  show ID=TEXT    displays under an id, `update ID=TEXT` replaces it
///     fail TEXT         ends with an error        ask PROMPT      asks for a line and prints it; `secret PROMPT` hides it
///     count N           prints N lines            wait            runs until it is interrupted
///     big N             prints N megabytes at once          flood N   updates the display `bar` N times, says so half-way and at the end
///     look TEXT         displays, and runs beside other cells when it stands alone
///     spin              computes for ever, deaf to interrupts      clear           clears the outputs
final class EchoSession: Session {
    let language = LanguageInfo.swift
    private let cells = EchoCells()

    /// A thread of their own for the cells, some of which compute for ever.
    private let executor = ThreadExecutor(name: "echo-cells")

    func start(
        _ request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void
    ) -> @Sendable () -> Void {
        let task = Task(executorPreference: executor) { [cells] in completion(await cells.run(request, client: client)) }
        return { task.cancel() }
    }

    func runReadOnly(_ request: CellRequest) async -> FinishedCell? {
        guard request.code.hasPrefix("look ") else { return nil }
        return FinishedCell(events: [.display(DisplayData(MIMEBundle(text: request.code)))], reply: CellReply(.ok))
    }

    /// The kernel stops the cell itself.
    func interrupt() {}

    func complete(_ code: String, cursor: Int) async -> Completions {
        let words = ["say", "show", "spin", "secret"]
        let before = code.unicodeScalars.prefix(cursor)
        let start = before.lastIndex(of: " ").map { before.index(after: $0) } ?? before.startIndex
        let word = String(before[start...])
        let position = before.distance(from: before.startIndex, to: start)
        return Completions(
            items: words.filter { $0.hasPrefix(word) }.map { .init($0, kind: "magic", summary: "echo command") }, start: position, end: cursor)
    }

    func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle? {
        code.hasPrefix("say") ? MIMEBundle(text: detail == .full ? "say TEXT prints TEXT to stdout" : "say TEXT") : nil
    }

    func completeness(of code: String) async -> Completeness {
        if code.hasSuffix("\\") { .incomplete(indent: "  ") } else if code.hasPrefix("?") { .invalid } else { .complete }
    }

    func close() async {}

    /// Lines of a thousand bytes, each with its number.
    static func bigText(megabytes: Int) -> String {
        (0..<megabytes * 1000).map { number in
            let line = "line \(number) "
            return line + String(repeating: "x", count: 999 - line.utf8.count) + "\n"
        }.joined()
    }
}

/// Runs the cells of an echo session one after the other.
private actor EchoCells {
    func run(_ request: CellRequest, client: any SessionClient) async -> CellReply {
        do {
            for line in request.code.split(separator: "\n") { try await run(String(line), request, client) }
        } catch {
            let error = error as? CellError ?? CellError(name: CellError.interruptedName, message: "interrupted", report: ["interrupted"])
            if !request.isSilent { client.receive(.error(error)) }
            return CellReply(.error(error))
        }
        return CellReply(
            .ok,
            userExpressions: request.userExpressions.mapValues {
                $0 == "bad" ? .error(CellError(name: "Bad", message: "bad", report: ["bad"])) : .value(MIMEBundle(text: $0))
            })
    }

    private func run(_ line: String, _ request: CellRequest, _ client: any SessionClient) async throws {
        let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
        let argument = parts.count > 1 ? parts[1] : ""
        switch parts.first {
        case "say": client.receive(.stream(.stdout, argument + "\n"))
        case "warn": client.receive(.stream(.stderr, argument + "\n"))
        case "show", "look": client.receive(.display(display(argument)))
        case "update": client.receive(.updateDisplay(display(argument)))
        case "clear": client.receive(.clearOutput(wait: false))
        case "fail": throw CellError(name: "Failure", message: argument, report: ["Failure: \(argument)"])
        case "ask", "secret": try await ask(argument, isPassword: parts[0] == "secret", client)
        case "count":
            for number in 0..<(Int(argument) ?? 0) { client.receive(.stream(.stdout, "line \(number)\n")) }
        case "big": client.receive(.stream(.stdout, EchoSession.bigText(megabytes: Int(argument) ?? 0)))
        case "flood":
            let count = Int(argument) ?? 0
            for number in 1...count {
                client.receive(.updateDisplay(display("bar=\(number)")))
                if number == count / 2 || number == count { client.receive(.stream(.stdout, "at \(number)\n")) }
            }
        case "wait": try await Task.sleep(for: .seconds(60))
        case "spin": while true {}
        default: client.receive(.result(MIMEBundle(text: line)))
        }
    }

    private func display(_ argument: String) -> DisplayData {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 ? DisplayData(MIMEBundle(text: parts[1]), id: parts[0]) : DisplayData(MIMEBundle(text: argument))
    }

    private func ask(_ prompt: String, isPassword: Bool, _ client: any SessionClient) async throws {
        do {
            let answer = try await client.requestInput(prompt: prompt, isPassword: isPassword)
            client.receive(.stream(.stdout, "got \(answer)\n"))
        } catch let error as InputUnavailable {
            throw CellError(name: "InputUnavailable", message: "\(error)", report: ["\(error)"])
        }
    }
}
