import ApusSession
import ApusSessionProcess
import SessionTestSupport
import Testing

/// Questions about code before any cell has run.
@Suite(.timeLimit(.minutes(1))) struct QuestionTests {
    @Test func `what the substitute knows starts no process`() async {
        let session = ProcessSession.probing(startsForQuestions: { true })
        #expect(await session.complete("%ti", cursor: 3).items.map(\.text).contains("%time"))
        #expect(await session.inspect("%time", cursor: 3, detail: .brief) != nil)
        #expect(await session.completeness(of: "f(") == .incomplete(indent: "    "))
        #expect(session.processNumber == nil)
        await session.close()
    }

    @Test func `what only the process may know starts it, and the first cell runs in it`() async throws {
        let session = ProcessSession.probing(startsForQuestions: { true })
        #expect(await session.complete("value.", cursor: 6) == Completions(items: [], start: 6, end: 6))
        let process = try #require(session.processNumber)
        #expect(await session.inspect("value", cursor: 3, detail: .brief) == nil)
        #expect(await session.run("let value = 5").error == nil)
        #expect(session.processNumber == process)
        #expect(await session.inspect("value", cursor: 3, detail: .brief)?.text == "value: Int = 5")
        await session.close()
        #expect(await session.complete("value.", cursor: 6).items.isEmpty)
    }

    @Test func `where the process knows no more, none is started`() async {
        let session = ProcessSession.probing()
        #expect(await session.complete("value.", cursor: 6) == Completions(items: [], start: 6, end: 6))
        #expect(session.processNumber == nil)
        await session.close()
    }

    @Test func `a process that ends with the question leaves no answer`() async {
        let session = ProcessSession(
            launch: { _ in SessionLaunch(executable: "/bin/false", arguments: ["false"], environment: []) }, language: .swift,
            substitute: { CellSession(magics: []) }, startsForQuestions: { true })
        #expect(await session.complete("value.", cursor: 6).items.isEmpty)
        await session.close()
    }
}
