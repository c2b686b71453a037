import ApusSession
import Testing

@Suite struct InterruptTests {
    @Test func `an interrupt keeps the weights and the session, and resume continues`() async throws {
        let notebook = try TestNotebook()
        _ = await notebook.prepare(bars: 900)
        _ = await notebook.run("%%build\nLSTM(4)\nHead(\"direction\", loss: .crossEntropy) {\n    Dense(4, activation: .softmax)\n}")
        let session = notebook.session
        let watcher = InterruptingClient(session: session)
        let reply = await session.execute(CellRequest("%%train --epochs 10000 --early-stopping 0", executionCount: 9), client: watcher)
        guard case .error(let error) = reply.status else {
            Issue.record("the cell was not interrupted")
            return
        }
        #expect(error.name == CellError.interruptedName)
        #expect(error.report.joined().contains("--resume"))

        let evaluate = await notebook.run("%%evaluate")
        #expect(evaluate.error == nil)
        let mismatch = await notebook.run("%%train --epochs 3 --early-stopping 0 --batch-size 16 --resume")
        #expect(mismatch.error?.report.joined().contains("batch") == true, "other options are not a continuation")
    }
}

/// Interrupts the session once training shows its first epoch.
private final class InterruptingClient: SessionClient {
    private let session: CellSession

    init(session: CellSession) { self.session = session }

    func receive(_ event: CellEvent) {
        if case .display(let display) = event, display.bundle.data["image/svg+xml"] != nil { session.interrupt() }
    }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String { throw InputUnavailable() }
}
