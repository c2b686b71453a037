import ApusSession
import SessionTestSupport
import Synchronization
import Testing

/// Something that has happened.
private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}

@Suite(.timeLimit(.minutes(1))) struct InterruptTests {
    @Test(arguments: Conformer.allCases, ["%work", "%work --sleep"])
    func `an interrupt stops a running cell and keeps the session`(conformer: Conformer, code: String) async {
        await conformer.withSession { session in
            await session.run("let kept = 1")
            let client = RecordingClient()
            async let reply = session.execute(CellRequest(code), client: client)
            await client.wait { !$0.stdout.isEmpty }
            session.interrupt()
            let error = await reply.error
            #expect(error?.name == CellError.interruptedName)
            #expect(error?.message == "the cell was interrupted; the workspace is as it was before the cell")
            #expect(client.events.last == error.map(CellEvent.error))
            // The bar that was never finished says that it was stopped.
            let bar = client.displayedTexts.last
            #expect(bar?.contains("3/10 steps") == true && bar?.contains("stopped") == true, "\(client.displayedTexts)")
            #expect(await session.run("%parameters").client.displayedTexts.first?.contains("kept") == true)
        }
    }

    @Test(arguments: Conformer.allCases) func `cancelling the task that executes is an interrupt of its cell alone`(conformer: Conformer) async {
        await conformer.withSession { session in
            let client = RecordingClient()
            let task = Task { await session.execute(CellRequest("%work"), client: client) }
            await client.wait()
            let waiting = Task { await session.execute(CellRequest("%work"), client: RecordingClient()) }
            waiting.cancel()
            let next = Task { await session.run("let after = 1").error }
            task.cancel()
            #expect(await task.value.error?.name == CellError.interruptedName)
            #expect(await waiting.value.error?.name == CellError.interruptedName)
            #expect(await next.value == nil)
        }
    }

    @Test(arguments: Conformer.allCases) func `a task that is cancelled before it executes runs nothing`(conformer: Conformer) async {
        await conformer.withSession { session in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await session.execute(CellRequest("%work"), client: RecordingClient())
            }
            task.cancel()
            #expect(await task.value.error?.name == CellError.interruptedName)
            #expect(await session.run("let x = 1").error == nil)
        }
    }

    @Test(arguments: Conformer.allCases) func `an interrupt without a running cell does nothing`(conformer: Conformer) async {
        await conformer.withSession { session in
            session.interrupt()
            #expect(await session.run("%lsmagic").error == nil)
            session.interrupt()
            #expect(await session.run("%lsmagic").error == nil)
        }
    }

    @Test(arguments: Conformer.allCases) func `an interrupt ends the wait for an answer, and the question`(conformer: Conformer) async {
        await conformer.withSession { session in
            let isBack = Flag()
            let client = RecordingClient { _, _ in
                try? await Task.sleep(for: .seconds(60))
                // What a terminal needs to be put in order; the reply waits for it.
                await Task.detached { try? await Task.sleep(for: .milliseconds(100)) }.value
                isBack.set()
                throw CancellationError()
            }
            async let reply = session.execute(CellRequest("%ask", allowsInput: true), client: client)
            await client.wait { $0.stdout == "before\n" }
            session.interrupt()
            #expect(await reply.error?.name == CellError.interruptedName)
            #expect(isBack.isSet)
            #expect(await session.run("let x = 1").error == nil)
        }
    }
}
