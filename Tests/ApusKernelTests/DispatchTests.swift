import ApusJSON
import JupyterProtocol
import Testing

@Suite struct DispatchTests {
    @Test func `kernel_info says who answers, on shell and on control`() {
        let conversation = Conversation()
        for channel in [Channel.shell, .control] {
            let content = conversation.reply(to: conversation.send("kernel_info_request", on: channel))?.message.content
            #expect(content?["protocol_version"] == "5.5")
            #expect(content?["implementation"] == "apus")
            #expect(content?["implementation_version"] == "1.2.3")
            #expect(content?["language_info"]?["name"] == "swift")
            #expect(content?["language_info"]?["mimetype"] == "text/x-swift")
            #expect(content?["language_info"]?["file_extension"] == ".swift")
        }
    }

    @Test func `completions count Unicode scalars`() {
        let conversation = Conversation()
        let request = conversation.send("complete_request", ["code": "😀 s", "cursor_pos": 3])
        let content = conversation.reply(to: request)?.message.content
        #expect(content?["matches"] == ["say", "show", "spin", "secret"])
        #expect(content?["cursor_start"] == 2)
        #expect(content?["cursor_end"] == 3)
        #expect(content?["metadata"]?["_jupyter_types_experimental"]?[0]?["type"] == "magic")
    }

    @Test func `inspection finds or says that it does not`() {
        let conversation = Conversation()
        let found = conversation.reply(to: conversation.send("inspect_request", ["code": "say", "detail_level": 1]))?.message.content
        #expect(found?["found"] == true)
        #expect(found?["data"] == ["text/plain": "say TEXT prints TEXT to stdout"])
        let missing = conversation.reply(to: conversation.send("inspect_request", ["code": "?"]))?.message.content
        #expect(missing == ["status": "ok", "found": false, "data": [:], "metadata": [:]])
    }

    @Test func `is_complete tells complete, incomplete and invalid code apart`() {
        let conversation = Conversation()
        func answer(_ code: String) -> JSONObject? {
            conversation.reply(to: conversation.send("is_complete_request", ["code": .string(code)]))?.message.content
        }
        #expect(answer("say a") == ["status": "complete"])
        #expect(answer("say a\\") == ["status": "incomplete", "indent": "  "])
        #expect(answer("?") == ["status": "invalid"])
    }

    @Test func `an unknown comm target is closed, and no comms are listed`() {
        let conversation = Conversation()
        let open = conversation.send("comm_open", ["comm_id": "c1", "target_name": "widget", "data": [:]])
        let published = conversation.published(for: open)
        #expect(published.map(\.summary) == ["status busy", "comm_close", "status idle"])
        #expect(published[1].message.content["comm_id"] == "c1")
        #expect(conversation.reply(to: conversation.send("comm_info_request"))?.message.content == ["status": "ok", "comms": [:]])
        for type in ["comm_msg", "comm_close"] {
            #expect(conversation.published(for: conversation.send(type, ["comm_id": "c1"])).map(\.summary) == ["status busy", "status idle"])
        }
    }

    @Test func `an unknown request is answered with an error, any other message with its status only`() {
        let conversation = Conversation()
        let request = conversation.send("debug_request", ["command": "initialize"], on: .control)
        let reply = conversation.reply(to: request)
        #expect(reply?.type == "debug_reply")
        #expect(reply?.message.content["status"] == "error")
        #expect(conversation.published(for: request).map(\.summary) == ["status busy", "status idle"])
        #expect(conversation.published(for: conversation.send("nonsense")).map(\.summary) == ["status busy", "status idle"])
        for type in ["complete_request", "inspect_request", "is_complete_request", "history_request", "shutdown_request"] {
            let broken = conversation.send(type, ["code": [1], "hist_access_type": 3, "restart": "maybe"])
            #expect(conversation.reply(to: broken)?.message.content["status"] == "error")
            #expect(conversation.published(for: broken).map(\.summary) == ["status busy", "status idle"])
        }
    }

    @Test func `every subscriber is welcomed under its own topic`() {
        let conversation = Conversation()
        for topic in [Frame(), Frame(text: "stream."), [0xFF, 0xFE]] {
            conversation.kernel.subscribed(to: topic)
            let welcome = conversation.log.all.last
            #expect(welcome?.type == "iopub_welcome")
            #expect(welcome?.message.identities == [topic])
            #expect(welcome?.message.parentHeader == Frame(text: "{}"))
            #expect(welcome?.message.content["subscription"] == .string(String(decoding: topic, as: UTF8.self)))
        }
    }

    @Test(arguments: [true, false])
    func `shutdown echoes restart to the client and to all, also while a cell hears nothing`(restart: Bool) {
        let conversation = Conversation()
        conversation.waitForStart(of: conversation.execute("wait"))
        let start = ContinuousClock.now
        let request = conversation.send("shutdown_request", ["restart": .bool(restart)], on: .control)
        #expect(conversation.reply(to: request)?.message.content == ["status": "ok", "restart": .bool(restart)])
        #expect(conversation.published(for: request).map(\.summary) == ["status busy", "shutdown_reply", "status idle"])
        #expect(conversation.kernel.finished.wait(timeout: .seconds(1)))
        conversation.kernel.closeSession(within: .milliseconds(300))
        #expect(ContinuousClock.now - start < .seconds(1.5))
        #expect(conversation.reply(to: conversation.execute("say late"))?.message.content["status"] == "aborted")
    }
}
