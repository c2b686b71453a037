import ApusJSON
import JupyterProtocol
import Testing

@Suite struct InputTests {
    @Test func `a question goes to the client that asked and its answer to the cell`() {
        let conversation = Conversation()
        let request = conversation.execute("say before\nsecret token?")
        let question = conversation.log.first { $0.type == "input_request" }
        #expect(question?.channel == .stdin)
        #expect(question?.message.content == ["prompt": "token?", "password": true])
        #expect(question?.message.parentHeader == request.bytes)
        #expect(question?.message.identities == [Frame(text: conversation.client.session)])
        #expect(conversation.log.all.contains { $0.summary == "stream stdout: before\n" }, "what was printed before is shown first")
        conversation.send("input_reply", ["value": "xyz"], on: .stdin)
        #expect(conversation.published(for: request).map(\.summary).contains("stream stdout: got xyz\n"))
    }

    @Test func `answers of others, to other questions and without a question are ignored`() {
        let conversation = Conversation()
        let other = conversation.otherClient()
        conversation.send("input_reply", ["value": "stale"], on: .stdin)
        let request = conversation.execute("ask name?")
        let question = conversation.log.first { $0.type == "input_request" }
        other.send("input_reply", ["value": "foreign"], on: .stdin)
        conversation.send("input_reply", ["value": "old"], on: .stdin, parent: other.client.message("x", [:], parent: nil, identities: []).header)
        conversation.send("input_reply", ["value": 5], on: .stdin)
        conversation.send("input_reply", ["value": "right"], on: .stdin, parent: question?.message.header)
        conversation.send("input_reply", ["value": "late"], on: .stdin, parent: question?.message.header)
        #expect(conversation.published(for: request).map(\.summary).filter { $0.hasPrefix("stream") } == ["stream stdout: got right\n"])
    }

    @Test func `a client that allows no input gets an error and no question`() {
        let conversation = Conversation()
        let request = conversation.execute("ask name?", ["allow_stdin": false])
        #expect(conversation.reply(to: request)?.message.content["ename"] == "InputUnavailable")
        #expect(!conversation.log.all.contains { $0.channel == .stdin })
    }

    @Test func `an interrupt ends a question, and the next cell can ask again`() {
        let conversation = Conversation()
        let request = conversation.execute("ask name?")
        let first = conversation.log.first { $0.type == "input_request" }
        conversation.send("interrupt_request", on: .control)
        #expect(conversation.reply(to: request)?.message.content["ename"] == "Interrupted")
        let again = conversation.execute("ask again?")
        _ = conversation.log.first { $0.type == "input_request" && $0.message.parentHeader == again.bytes }
        conversation.send("input_reply", ["value": "stale"], on: .stdin, parent: first?.message.header)
        conversation.send("input_reply", ["value": "fresh"], on: .stdin)
        #expect(conversation.published(for: again).map(\.summary).contains("stream stdout: got fresh\n"))
    }
}
