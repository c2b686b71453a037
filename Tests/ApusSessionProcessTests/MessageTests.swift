import ApusJSON
import ApusSession
import ApusSessionProcess
import Testing

@Suite struct MessageTests {
    private static let bundle = MIMEBundle(
        ["text/plain": "a\u{0}b\n\u{1F426}", "application/json": ["n": [1, 2.5, nil, true]]], metadata: ["image/png": ["width": 3]])
    private static let error = CellError(name: "N", message: "m", report: ["\u{1B}[31mr\u{1B}[0m", ""])

    static let reports: [SessionReport] = [
        .event(cell: 1, .stream(.stderr, "text\n")), .event(cell: 0, .display(DisplayData(bundle))),
        .event(cell: 2, .updateDisplay(DisplayData(bundle, id: "d"))), .event(cell: 3, .clearOutput(wait: true)), .event(cell: 4, .result(bundle)),
        .event(cell: 5, .error(error)), .ask(cell: 1, question: 2, prompt: "?", isPassword: true), .withdraw(cell: 1, question: 2),
        .reply(cell: 9, CellReply(.ok, userExpressions: ["a": .value(bundle), "b": .error(error)])), .reply(cell: 9, CellReply(.error(error))),
        .completions(query: 1, Completions(items: [.init("t", kind: "k", summary: "s"), .init("u", kind: "k")], start: 2, end: 5)),
        .inspection(query: 2, bundle), .inspection(query: 3, nil),
        .finished(query: 4, FinishedCell(events: [.result(bundle), .stream(.stdout, "t")], reply: CellReply(.error(error)))),
        .finished(query: 5, nil),
    ]

    static let commands: [SessionCommand] = [
        .execute(cell: 3, CellRequest("let x = 1", isSilent: true, allowsInput: true, userExpressions: ["a": "x"], executionCount: 7, cellID: "c")),
        .execute(cell: 4, CellRequest("")), .interrupt(cell: 3), .answer(question: 1, "text"), .answer(question: 1, nil), .delivered(bytes: 1 << 40),
        .complete(query: 1, code: "%%", cursor: 2), .inspect(query: 2, code: "%%", cursor: 1, detail: .full), .read(query: 3, CellRequest("%who")),
        .close,
    ]

    @Test(arguments: reports) func `a report is read as it was written`(report: SessionReport) throws {
        #expect(try SessionReport(JSON(parsing: report.json.text())) == report)
    }

    @Test(arguments: commands) func `a command is read as it was written`(command: SessionCommand) throws {
        #expect(try SessionCommand(JSON(parsing: command.json.text())) == command)
    }

    @Test func `a message with a member missing or of another kind is refused`() {
        for report in Self.reports {
            for damaged in damages(report.json) {
                if let read = try? SessionReport(damaged) { #expect(read.json != report.json, "\(damaged)") }
            }
        }
        for command in Self.commands {
            for damaged in damages(command.json) {
                if let read = try? SessionCommand(damaged) { #expect(read.json != command.json, "\(damaged)") }
            }
        }
        #expect(throws: FrameError.notAMessage("a message without a proper 'cell'")) { try SessionReport(["kind": "event", "cell": "1"]) }
    }

    /// The message with each member left out, and with each replaced by an array.
    private func damages(_ json: JSON) -> [JSON] {
        guard let object = json.object else { return [] }
        return object.keys.flatMap { key -> [JSON] in
            var without = object
            without[key] = nil
            var other = object
            other[key] = [[]]
            // What may be nil may be missing.
            return object[key] == .null ? [] : [.object(without), .object(other)]
        }
    }
}
