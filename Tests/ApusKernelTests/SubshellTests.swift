import ApusJSON
import ApusKernel
import ApusSession
import ApusThreads
import JupyterProtocol
import Testing

/// Kernel subshells, as Jupyter enhancement proposal 91 has them.
@Suite struct SubshellTests {
    @Test func `clients make, list and delete subshells`() throws {
        let conversation = Conversation()
        let features = conversation.reply(to: conversation.send("kernel_info_request"))?.message.content["supported_features"]
        #expect(features == ["kernel subshells"])
        let (first, second) = (try #require(conversation.createSubshell()), try #require(conversation.createSubshell()))
        #expect(first != second)
        #expect(list(conversation) == [.string(first), .string(second)])
        #expect(status(conversation, "delete_subshell_request", ["subshell_id": .string(first)]) == "ok")
        #expect(list(conversation) == [.string(second)])
        #expect(status(conversation, "delete_subshell_request", ["subshell_id": .string(first)]) == "error")
        #expect(status(conversation, "delete_subshell_request", [:]) == "error")
        #expect(try #require(Conversation().createSubshell()) != first, "a kernel that was restarted must not take an old id for one of its own")
    }

    private func list(_ conversation: Conversation) -> JSON? {
        conversation.reply(to: conversation.send("list_subshell_request", on: .control))?.message.content["subshell_id"]
    }

    private func status(_ conversation: Conversation, _ type: String, _ content: JSONObject) -> JSON? {
        conversation.reply(to: conversation.send(type, content, on: .control))?.message.content["status"]
    }

    @Test func `every request to a subshell that is not there is refused`() {
        let conversation = Conversation()
        for type in ["execute_request", "complete_request", "kernel_info_request", "history_request"] {
            let request = conversation.send(type, ["code": "say 1", "cursor_pos": 1], subshell: "nothing")
            #expect(conversation.reply(to: request)?.message.content["status"] == "error", "\(type)")
            #expect(conversation.published(for: request).map(\.summary) == ["status busy", "status idle"])
        }
        let comm = conversation.send("comm_msg", ["comm_id": "c"], subshell: "nothing")
        #expect(conversation.published(for: comm).map(\.summary) == ["status busy", "status idle"])
    }

    @Test func `a cell that only reads runs beside a cell, and the kernel stays busy`() throws {
        let conversation = Conversation()
        let id = try #require(conversation.createSubshell())
        let running = conversation.execute("wait")
        conversation.waitForStart(of: running)
        let look = conversation.execute("look around", subshell: id)
        #expect(conversation.published(for: look).map(\.summary) == ["status busy", "execute_input", "display_data", "status idle"])
        #expect(conversation.reply(to: look)?.message.content["status"] == "ok")
        _ = conversation.log.first { $0.message.parentHeader == look.bytes && $0.summary == "status idle" }
        let last = conversation.log.first { _ in conversation.log.all.last { $0.type == "status" }?.summary == "status busy" }
        #expect(last != nil, "busy for the first cell follows")
        conversation.kernel.interrupt()
        #expect(conversation.reply(to: running)?.message.content["ename"] == "Interrupted")
    }

    @Test func `any other cell waits for its turn and says so`() throws {
        let conversation = Conversation()
        let id = try #require(conversation.createSubshell())
        let asking = conversation.execute("ask ?")
        conversation.waitForStart(of: asking)
        let waiting = conversation.execute("say 1", subshell: id)
        #expect(conversation.hasPrinted("waits for the cell that runs", for: waiting))
        conversation.answer(1)
        #expect(conversation.hasPrinted("1\n", for: waiting))
        #expect(conversation.reply(to: waiting)?.message.content["status"] == "ok")
        // Until the first cell has been answered it is the one that runs.
        #expect(conversation.reply(to: asking)?.message.content["status"] == "ok")
        let alone = conversation.execute("say 2", subshell: id)
        #expect(conversation.reply(to: alone)?.message.content["status"] == "ok")
        #expect(conversation.printed(for: alone) == "2\n")
    }

    @Test func `subshells count their cells and keep their history for themselves`() throws {
        let conversation = Conversation()
        let id = try #require(conversation.createSubshell())
        for code in ["say 1", "say 2"] { _ = conversation.reply(to: conversation.execute(code)) }
        let cell = conversation.execute("say 3", subshell: id)
        #expect(conversation.reply(to: cell)?.message.content["execution_count"] == 1)
        let history: JSONObject = ["hist_access_type": "tail", "n": 10]
        let own = conversation.reply(to: conversation.send("history_request", history, subshell: id))?.message.content["history"]
        #expect(own?.array?.compactMap { $0[2]?.string } == ["say 3"])
        let main = conversation.reply(to: conversation.send("history_request", history))?.message.content["history"]
        #expect(main?.array?.compactMap { $0[2]?.string } == ["say 1", "say 2"])
    }

    @Test func `an error aborts what its client queued in the same subshell only`() throws {
        let conversation = Conversation()
        let (first, second) = (try #require(conversation.createSubshell()), try #require(conversation.createSubshell()))
        let asking = conversation.execute("ask ?")
        conversation.waitForStart(of: asking)
        let failing = conversation.execute("fail", subshell: first)
        let (behind, elsewhere) = (conversation.execute("say 1", subshell: first), conversation.execute("say 2", subshell: second))
        conversation.answer(1)
        #expect(conversation.reply(to: failing)?.message.content["status"] == "error")
        #expect(conversation.reply(to: behind)?.message.content["status"] == "aborted")
        #expect(conversation.reply(to: elsewhere)?.message.content["status"] == "ok")
    }

    @Test func `deleting a subshell stops what it runs and leaves the others alone`() throws {
        let conversation = Conversation()
        let id = try #require(conversation.createSubshell())
        let running = conversation.execute("wait", subshell: id)
        conversation.waitForStart(of: running)
        let (behind, main) = (conversation.execute("say 1", subshell: id), conversation.execute("say 2"))
        conversation.send("delete_subshell_request", ["subshell_id": .string(id)], on: .control)
        #expect(conversation.reply(to: running)?.message.content["ename"] == "Interrupted")
        #expect(conversation.reply(to: behind)?.message.content["status"] == "aborted")
        #expect(conversation.reply(to: main)?.message.content["status"] == "ok")
    }

    @Test func `an interrupt and a shutdown reach every subshell`() throws {
        let conversation = Conversation()
        let id = try #require(conversation.createSubshell())
        let (main, beside) = (conversation.execute("wait"), conversation.execute("wait", subshell: id))
        conversation.waitForStart(of: main)
        conversation.waitForStart(of: beside)
        conversation.send("interrupt_request", on: .control)
        for cell in [main, beside] { #expect(conversation.reply(to: cell)?.message.content["ename"] == "Interrupted") }
        let last = conversation.execute("wait", subshell: id)
        conversation.waitForStart(of: last)
        conversation.send("shutdown_request", ["restart": false], on: .control)
        #expect(conversation.reply(to: last)?.message.content["ename"] == "Interrupted")
        #expect(conversation.createSubshell() == nil, "a kernel that ends makes none")
    }

    @Test func `subshells that nobody deletes are bounded`() {
        let conversation = Conversation()
        for _ in 0..<1000 { conversation.send("create_subshell_request", on: .control) }
        #expect(conversation.createSubshell() == nil)
        #expect(conversation.reply(to: conversation.execute("say 1"))?.message.content["status"] == "ok")
    }
}
