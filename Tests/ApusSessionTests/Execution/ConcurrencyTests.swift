import ApusSession
import SessionTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConcurrencyTests {
    @Test func `cells never overlap and keep their order`() async {
        let session = CellSession(magics: [OverlapMagic.self])
        let calls = (0..<20).map { number in
            let call = Task { await session.execute(CellRequest("%overlap \(number)"), client: RecordingClient()) }
            return call
        }
        for call in calls { #expect(await call.value.status == .ok) }
        #expect(OverlapMagic.most == 1)
        #expect(OverlapMagic.order.sorted() == Array(0..<20))
    }

    /// Whoever hands a cell to the session's thread must not touch what the cell itself may release.
    @Test func `many short sessions come and go at once`() async {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        guard await CellSession(magics: []).run("let x = 1").error == nil else { return false }
                    }
                    return true
                }
            }
            for await isFine in group { #expect(isFine) }
        }
    }

    @Test func `sessions end with their last reference`() async {
        weak var gone: CellSession?
        do {
            let session = CellSession.probing
            await session.run("%lsmagic")
            gone = session
        }
        // The thread lets go of the last job a moment after its reply.
        for _ in 0..<200 where gone != nil { try? await Task.sleep(for: .milliseconds(5)) }
        #expect(gone == nil)
    }
}

@Suite struct TimeTests {
    @Test func `time measures a line or a cell, also one that fails`() async {
        let clock = FakeClock(step: .milliseconds(250))
        let session = CellSession(magics: [ProbeMagic.self], environment: SessionEnvironment(workingDirectory: "/", now: clock.now))
        #expect(await session.run("%time %probe").client.stdout == "100 0.001 adam - [] false false\ntime: 250 ms\n")
        #expect(
            await session.run("%%time\nlet e = 2\n%%probe --epochs {e}\n--verbose").client.stdout == "2 0.001 adam - [] false true\ntime: 250 ms\n")
        let failed = await session.run("%time %probe --epochs 0")
        #expect(failed.error?.name == "InvalidOptions")
        #expect(failed.client.stdout == "time: 250 ms\n")
        #expect(await session.run("%time %time %time %time %time %time %time %time %time %time %who").error?.name == "TooDeep")
    }
}
