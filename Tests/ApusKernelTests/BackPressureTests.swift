import ApusKernel
import ApusThreads
import JupyterProtocol
import Testing

/// What a cell does while subscribers are far behind.
@Suite(.timeLimit(.minutes(1))) struct BackPressureTests {
    private let backlog = SendBacklog(limit: 1000)
    private let conversation: Conversation

    init() { conversation = Conversation(backlog: backlog) }

    /// What a request published beside its brackets.
    private func outputs(of request: MessageHeader) -> [String] {
        conversation.published(for: request).map(\.summary).filter { !$0.hasPrefix("status") && $0 != "execute_input" }
    }

    /// Executes a cell, and returns when it has shown everything and asks for a line, which it gets once there is room.
    private func executeToQuestion(_ code: String) -> MessageHeader {
        backlog.add(1000)
        let cell = conversation.execute(code + "\nask name")
        #expect(conversation.log.first { $0.type == "input_request" } != nil, "questions do not wait")
        #expect(conversation.log.all.allSatisfy { !["stream", "display_data", "update_display_data"].contains($0.type) })
        return cell
    }

    private func makeRoom() {
        backlog.remove(1)
        conversation.answer(1)
    }

    @Test func `outputs wait and nothing is lost; other requests are answered`() {
        let cell = executeToQuestion("say a\nshow b\nwarn c\nclear\nd")
        let other = conversation.send("kernel_info_request")
        #expect(conversation.reply(to: other) != nil)
        makeRoom()
        #expect(
            outputs(of: cell) == [
                "stream stdout: a\n", "display_data", "stream stderr: c\n", "clear_output", "execute_result", "stream stdout: got go\n",
            ])
        #expect(conversation.reply(to: cell)?.message.content["status"] == "ok")
    }

    @Test func `a cell that shows too much waits, and the order is kept`() {
        backlog.add(1000)
        let cell = conversation.execute("big 5\nshow x\nbig 3\nsay end")
        conversation.waitForStart(of: cell)
        backlog.remove(1)
        let shown = outputs(of: cell)
        #expect(shown.filter { $0 == "display_data" }.count == 1)
        #expect(conversation.printed(for: cell) == EchoSession.bigText(megabytes: 5) + EchoSession.bigText(megabytes: 3) + "end\n")
        #expect(shown.last?.hasSuffix("end\n") == true)
    }

    @Test func `while outputs wait a newer state of a display replaces the older one, and the cell goes on`() {
        let cell = executeToQuestion("show bar=0\nflood 20000\nshow x")
        makeRoom()
        #expect(
            outputs(of: cell) == [
                "display_data", "stream stdout: at 10000\n", "update_display_data", "stream stdout: at 20000\n", "display_data",
                "stream stdout: got go\n",
            ])
    }

    @Test(arguments: ["big 5\nbig 3\nsay end\nwait", "say end\nwait", "big 5\nsay end\nwait"])
    func `an interrupt ends the wait, and what was shown is published`(code: String) {
        backlog.add(1000)
        let cell = conversation.execute(code)
        conversation.waitForStart(of: cell)
        let interrupt = conversation.send("interrupt_request", on: .control)
        #expect(conversation.reply(to: interrupt) != nil)
        let reply = conversation.reply(to: cell)
        #expect(reply?.message.content["ename"] == "Interrupted")
        #expect(outputs(of: cell).last == "error")
        #expect(backlog.isFull)
    }

    @Test func `a cell that has ended and waits for its outputs is ended by an interrupt`() {
        backlog.add(1000)
        let cell = conversation.execute("say a")
        conversation.waitForStart(of: cell)
        conversation.send("interrupt_request", on: .control)
        #expect(conversation.reply(to: cell) != nil)
        #expect(outputs(of: cell) == ["stream stdout: a\n"] || outputs(of: cell) == ["error"])
    }

    @Test func `a shutdown does not wait`() {
        backlog.add(1000)
        let cell = conversation.execute("big 5\nbig 3\nwait")
        conversation.waitForStart(of: cell)
        let shutdown = conversation.send("shutdown_request", ["restart": false], on: .control)
        #expect(conversation.reply(to: shutdown) != nil)
        #expect(conversation.reply(to: cell) != nil)
    }

    @Test func `who goes on after a stop waits again`() {
        let gate = OutputGate(backlog)
        #expect(gate.isOpen)
        backlog.add(1000)
        #expect(!gate.isOpen)
        gate.hurry()
        gate.wait()
        gate.pass(OutputGate.hurriedBytes - 1)
        #expect(gate.isOpen)
        gate.pass(1)
        #expect(!gate.isOpen)
        let thread = Thread(name: "waiting") { gate.wait() }
        gate.hurry()
        thread.join()
        #expect(gate.isOpen)
    }
}
