import ApusSession
import SessionTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ClosingTests {
    @Test(arguments: Conformer.allCases) func `closing interrupts what runs and what waits, and later cells are refused`(conformer: Conformer) async {
        let session = conformer.makeSession()
        let client = RecordingClient()
        async let running = session.execute(CellRequest("%work"), client: client)
        await client.wait()
        async let waiting = session.execute(CellRequest("%work"), client: RecordingClient())
        await session.close()
        #expect(await running.error?.name == CellError.interruptedName)
        let second = await waiting.error?.name
        #expect(second == CellError.interruptedName || second == "SessionClosed")
        #expect(await session.run("%who").error?.name == "SessionClosed")
        #expect(await session.complete("%%flo", cursor: 5).items.map(\.text) == ["%%flood"])
        await session.close()
    }

    @Test(arguments: Conformer.allCases) func `a session that never ran a cell closes`(conformer: Conformer) async {
        await conformer.withSession { session in #expect(await session.completeness(of: "%%flood") == .complete) }
    }
}
