import ApusJSON
import JupyterProtocol
import Testing

@Suite struct QueueTests {
    @Test func `cells run one at a time in the order of arrival`() {
        let conversation = Conversation()
        let requests = (0..<50).map { conversation.execute("say \($0)") }
        for (index, request) in requests.enumerated() {
            #expect(conversation.published(for: request)[2].summary == "stream stdout: \(index)\n")
            #expect(conversation.reply(to: request)?.message.content["execution_count"] == .int(index + 1))
        }
        let states = conversation.log.all.map(\.summary).filter { $0.hasPrefix("status") }
        #expect(states == Array(repeating: ["status busy", "status idle"], count: 50).flatMap(\.self))
    }

    @Test func `a long queue of cells that end at once is worked off in order`() {
        let session = InstantSession()
        let conversation = Conversation(session: session)
        let requests = (0..<20_000).map { conversation.execute("\($0)") }
        session.endFirst()
        #expect(conversation.reply(to: requests[requests.count - 1])?.message.content["execution_count"] == .int(requests.count))
        let replies = conversation.log.all.filter { $0.type == "execute_reply" }
        #expect(replies.map(\.message.parentHeader) == requests.map(\.bytes))
    }

    @Test func `an interrupt stops the running cell and aborts the whole queue`() {
        let conversation = Conversation()
        let other = conversation.otherClient()
        let blocker = conversation.execute("wait")
        conversation.waitForStart(of: blocker)
        let (behind, foreign, last) = (conversation.execute("say 1"), other.execute("say 2"), conversation.execute("say 3"))
        conversation.kernel.interrupt()
        for request in [behind, last] {
            #expect(conversation.reply(to: request)?.message.content == ["status": "aborted"], "a count would look as if it had run")
            #expect(conversation.published(for: request).map(\.summary).filter { $0 != "status busy" } == ["status idle"])
        }
        #expect(other.reply(to: foreign)?.message.content["status"] == "aborted", "an interrupt aborts the whole queue")
        #expect(conversation.reply(to: blocker)?.message.content["ename"] == "Interrupted")
    }

    @Test func `a failing cell aborts the queue of its own client only, unless it says otherwise`() {
        for stops in [true, false] {
            let conversation = Conversation()
            let other = conversation.otherClient()
            let asking = conversation.execute("ask ?\nfail now", ["stop_on_error": .bool(stops)])
            let question = conversation.log.first { $0.type == "input_request" }
            let (own, foreign) = (conversation.execute("say 1"), other.execute("say 2"))
            conversation.send("input_reply", ["value": "go"], on: .stdin, parent: question?.message.header)
            #expect(conversation.reply(to: asking)?.message.content["status"] == "error")
            #expect(conversation.reply(to: own)?.message.content["status"] == (stops ? "aborted" : "ok"))
            #expect(other.reply(to: foreign)?.message.content["status"] == "ok")
        }
    }

    @Test func `after an error the dates decide what is aborted`() {
        let conversation = Conversation()
        let before = Timestamp.text(Timestamp.now() - 5_000_000)
        #expect(conversation.reply(to: conversation.execute("fail"))?.message.content["status"] == "error")
        let crossing = conversation.execute("say 1", date: before)
        #expect(conversation.reply(to: crossing)?.message.content["status"] == "aborted", "sent before its client knew")
        #expect(conversation.reply(to: conversation.execute("say 2"))?.message.content["status"] == "ok", "sent after it knew")
        #expect(conversation.reply(to: conversation.execute("say 3", date: "?"))?.message.content["status"] == "ok")
    }

    @Test func `kernel_info is answered during an error storm`() {
        let conversation = Conversation()
        conversation.execute("fail")
        let request = conversation.send("kernel_info_request")
        #expect(conversation.reply(to: request)?.message.content["status"] == "ok")
    }

    @Test func `an interrupt when nothing runs is harmless`() {
        let conversation = Conversation()
        conversation.kernel.interrupt()
        let request = conversation.send("interrupt_request", on: .control)
        #expect(conversation.reply(to: request)?.channel == .control)
        #expect(conversation.reply(to: conversation.execute("say 1"))?.message.content["status"] == "ok")
    }

    @Test func `everything else is answered while a cell runs that hears nothing`() {
        let conversation = Conversation()
        conversation.waitForStart(of: conversation.execute("wait"))
        let requests: [(String, JSONObject, Channel)] = [
            ("kernel_info_request", [:], .shell), ("kernel_info_request", [:], .control),
            ("complete_request", ["code": "sa", "cursor_pos": 2], .shell), ("inspect_request", ["code": "say", "cursor_pos": 1], .shell),
            ("is_complete_request", ["code": "a"], .shell), ("history_request", ["hist_access_type": "tail"], .shell),
            ("comm_info_request", [:], .shell),
        ]
        for (type, content, channel) in requests {
            let request = conversation.send(type, content, on: channel)
            #expect(conversation.reply(to: request)?.channel == channel)
            #expect(conversation.published(for: request).map(\.summary) == ["status busy", "status idle"])
        }
        #expect(conversation.log.all.last { $0.type == "status" }?.summary == "status busy", "the kernel does not look idle meanwhile")
        conversation.kernel.interrupt()
    }
}
