import ApusJSON
import ApusSession
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConcurrencyTests {
    /// A front that says when a cell has begun to write.
    private final class WaitingClient: SessionClient {
        let (began, continuation) = AsyncStream<Void>.makeStream()
        let received = Mutex<[CellEvent]>([])

        func receive(_ event: CellEvent) {
            received.withLock { $0.append(event) }
            if case .stream = event { continuation.yield() }
        }

        func requestInput(prompt: String, isPassword: Bool) async throws -> String {
            continuation.yield()
            try await Task.sleep(for: .seconds(60))
            return ""
        }

        func waitUntilItBegins() async {
            for await _ in began { return }
        }
    }

    @Test(arguments: ["%work", "%work --sleep"]) func `an interrupt stops a running cell within milliseconds and keeps the session`(code: String)
        async
    {
        let session = CellSession.probing
        await session.run("let kept = 1")
        let client = WaitingClient()
        async let reply = session.execute(CellRequest(code), client: client)
        await client.waitUntilItBegins()
        let start = ContinuousClock.now
        session.interrupt()
        let error = await reply.error
        #expect(error?.name == CellError.interruptedName)
        #expect(error?.message == "the cell was interrupted; the workspace is as it was before the cell")
        // Generous, because the machine may be busy; the cell itself would take a minute.
        #expect(ContinuousClock.now - start < .seconds(2))
        // The bar that was never finished says that it was stopped.
        let bars = client.received.withLock { $0 }.compactMap { if case .updateDisplay(let data) = $0 { data.bundle.text } else { nil } }
        #expect(bars.last?.contains("3/10 steps") == true && bars.last?.contains("stopped") == true, "\(bars)")
        #expect(await session.run("%parameters").client.displayedTexts.first?.contains("kept") == true)
    }

    @Test func `cancelling the task that executes is an interrupt`() async {
        let session = CellSession.probing
        let client = WaitingClient()
        let task = Task { await session.execute(CellRequest("%work"), client: client) }
        await client.waitUntilItBegins()
        task.cancel()
        #expect(await task.value.error?.name == CellError.interruptedName)
    }

    @Test func `an interrupt without a running cell does nothing`() async {
        let session = CellSession.probing
        session.interrupt()
        #expect(await session.run("%lsmagic").error == nil)
    }

    @Test func `an interrupt ends the wait for an answer`() async {
        let session = CellSession.probing
        let client = WaitingClient()
        async let reply = session.execute(CellRequest("%ask", allowsInput: true), client: client)
        await client.waitUntilItBegins()
        session.interrupt()
        #expect(await reply.error?.name == CellError.interruptedName)
    }

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

    @Test func `completion, inspection and completeness answer while a cell runs`() async {
        let session = CellSession.probing
        await session.run("let epochs = 5")
        let client = WaitingClient()
        async let reply = session.execute(CellRequest("%work"), client: client)
        await client.waitUntilItBegins()
        #expect(await session.complete("%%probe --epochs {", cursor: 18).items.map(\.text) == ["epochs"])
        #expect(await session.inspect("%%probe", cursor: 4, detail: .full) != nil)
        #expect(await session.completeness(of: "%%probe") == .complete)
        session.interrupt()
        #expect(await reply.error != nil)
    }

    @Test func `closing interrupts what runs and what waits, and later cells are refused`() async {
        let session = CellSession.probing
        let client = WaitingClient()
        async let running = session.execute(CellRequest("%work"), client: client)
        await client.waitUntilItBegins()
        async let waiting = session.execute(CellRequest("%work"), client: RecordingClient())
        await session.close()
        #expect(await running.error?.name == CellError.interruptedName)
        let second = await waiting.error?.name
        #expect(second == CellError.interruptedName || second == "SessionClosed")
        #expect(await session.run("%who").error?.name == "SessionClosed")
        await session.close()
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

@Suite struct RequestTests {
    let session = CellSession.probing

    @Test func `questions reach the front, where it allows them`() async {
        let client = RecordingClient { prompt, isPassword in "\(prompt)\(isPassword)" }
        let reply = await session.execute(CellRequest("%ask", allowsInput: true), client: client)
        #expect(reply.status == .ok)
        #expect(client.stdout == "answer: name? true\n")
        #expect(await session.execute(CellRequest("%ask"), client: client).error?.message == "this front end cannot ask for input")
    }

    @Test func `a silent cell shows nothing, and its error is in the reply alone`() async {
        let client = RecordingClient()
        #expect(await session.execute(CellRequest("%lsmagic", isSilent: true), client: client).status == .ok)
        #expect(await session.execute(CellRequest("%nothing", isSilent: true), client: client).error?.name == "UnknownMagic")
        #expect(client.events.isEmpty)
    }

    @Test func `user expressions are parameters and literals`() async {
        let request = CellRequest("let x = [1, 2]", userExpressions: ["a": "x", "b": " 1 ", "c": "x + 1", "d": "\"s\""])
        let values = await session.execute(request, client: RecordingClient()).userExpressions
        #expect(values["a"] == .value(MIMEBundle(text: "[1, 2]")))
        #expect(values["b"] == .value(MIMEBundle(text: "1")))
        #expect(values["d"] == .value(MIMEBundle(text: "\"s\"")))
        guard case .error(let error)? = values["c"] else {
            Issue.record("an expression was evaluated")
            return
        }
        #expect(error.message == "`x + 1` is neither a parameter nor a literal")
    }

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
