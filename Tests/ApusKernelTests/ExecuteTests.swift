import ApusJSON
import JupyterProtocol
import Testing

@Suite struct ExecuteTests {
    @Test func `all outputs of a cell stand between its busy and its idle, in order`() {
        let conversation = Conversation()
        let request = conversation.execute("say a\nsay b\nshow picture\nwarn c\nvalue")
        #expect(
            conversation.published(for: request).map(\.summary) == [
                "status busy", "execute_input", "stream stdout: a\nb\n", "display_data", "stream stderr: c\n", "execute_result", "status idle",
            ])
        let reply = conversation.reply(to: request)?.message
        #expect(reply?.content["status"] == "ok")
        #expect(reply?.content["execution_count"] == 1)
        #expect(reply?.content["user_expressions"] == [:])
    }

    @Test func `every message names its cause exactly and has a topic or a route`() {
        let conversation = Conversation()
        let request = conversation.execute("say a\nshow b")
        for sent in conversation.published(for: request) {
            #expect(sent.message.identities.count == 1)
            #expect(!sent.message.identities[0].isEmpty)
        }
        #expect(conversation.reply(to: request)?.message.identities == [Frame(text: conversation.client.session)])
    }

    @Test func `only cells that store history count`() {
        let conversation = Conversation()
        func count(_ options: JSONObject) -> JSON? {
            conversation.reply(to: conversation.execute("x", options))?.message.content["execution_count"]
        }
        #expect(count([:]) == 1)
        #expect(count(["silent": true]) == 1)
        #expect(count(["store_history": false]) == 1)
        #expect(count([:]) == 2)
    }

    @Test func `a silent cell publishes nothing but its status`() {
        let conversation = Conversation()
        let request = conversation.execute("say a\nshow b\nvalue", ["silent": true])
        #expect(conversation.published(for: request).map(\.summary) == ["status busy", "status idle"])
        let failing = conversation.execute("fail now", ["silent": true])
        #expect(conversation.published(for: failing).map(\.summary) == ["status busy", "status idle"])
        #expect(conversation.reply(to: failing)?.message.content["ename"] == "Failure")
    }

    @Test func `displays keep their id and updates name it`() {
        let conversation = Conversation()
        let request = conversation.execute("show bar=1\nupdate bar=2\nshow plain\nclear")
        let sent = conversation.published(for: request).map(\.message)
        #expect(sent[2].content["transient"] == ["display_id": "bar"])
        #expect(sent[3].header.type == "update_display_data")
        #expect(sent[3].content["data"] == ["text/plain": "2"])
        #expect(sent[3].content["transient"] == ["display_id": "bar"])
        #expect(sent[4].content["transient"] == [:])
        #expect(sent[5].content["wait"] == false)
    }

    @Test func `an error is published once and stands in the reply`() {
        let conversation = Conversation()
        let request = conversation.execute("say before\nfail badly")
        #expect(
            conversation.published(for: request).map(\.summary) == [
                "status busy", "execute_input", "stream stdout: before\n", "error", "status idle",
            ])
        let content = conversation.reply(to: request)?.message.content
        #expect(content?["status"] == "error")
        #expect(content?["evalue"] == "badly")
        #expect(content?["traceback"] == ["Failure: badly"])
        #expect(content?["execution_count"] == 1)
        #expect(content?["user_expressions"] == nil && content?["payload"] == nil, "what a success has is left out")
    }

    @Test func `user expressions are values or errors`() {
        let conversation = Conversation()
        let request = conversation.execute("x", ["user_expressions": ["a": "good", "b": "bad"]])
        let expressions = conversation.reply(to: request)?.message.content["user_expressions"]
        #expect(expressions?["a"]?["status"] == "ok")
        #expect(expressions?["a"]?["data"] == ["text/plain": "good"])
        #expect(expressions?["b"]?["status"] == "error")
        #expect(expressions?["b"]?["ename"] == "Bad")
    }

    @Test func `a request with a wrong content is answered with an error`() {
        let conversation = Conversation()
        let request = conversation.send("execute_request", ["code": 7])
        #expect(conversation.published(for: request).map(\.summary) == ["status busy", "status idle"])
        let content = conversation.reply(to: request)?.message.content
        #expect(content?["status"] == "error")
        #expect(content?["execution_count"] == 0)
    }

    @Test func `fifty thousand lines become a few messages and none is lost`() {
        let conversation = Conversation()
        let request = conversation.execute("count 50000\nshow end")
        let published = conversation.published(for: request)
        let streams = published.filter { $0.type == "stream" }
        #expect(streams.count < 200, "JupyterLab's server cuts at 1000 messages a second")
        let text = streams.map { $0.message.content["text"]?.string ?? "" }.joined()
        #expect(text == (0..<50000).map { "line \($0)\n" }.joined())
        #expect(published.suffix(2).map(\.summary) == ["display_data", "status idle"])
    }

    @Test func `of a flood of updates few leave, the last one always, and never before what was shown before it`() {
        let conversation = Conversation()
        let request = conversation.execute("show bar=0\nflood 20000")
        let published = conversation.published(for: request)
        let updates = published.filter { $0.type == "update_display_data" }.map { $0.message.content["data"]?["text/plain"]?.string ?? "" }
        #expect(updates.count < 200)
        #expect(updates.last == "20000")
        #expect(updates.compactMap { Int($0) } == updates.compactMap { Int($0) }.sorted())
        let order = published.compactMap { sent -> Int? in
            if sent.type == "stream" { return (sent.message.content["text"]?.string).flatMap { Int($0.dropFirst(3).dropLast()) } }
            return (sent.message.content["data"]?["text/plain"]?.string).flatMap { Int($0) }
        }
        #expect(order == order.sorted(), "a text between updates stays between them")
    }

    @Test func `ten thousand displays all leave, in order`() {
        let conversation = Conversation()
        let request = conversation.execute((0..<10_000).map { "show \($0)" }.joined(separator: "\n"))
        let shown = conversation.published(for: request).filter { $0.type == "display_data" }
        #expect(shown.map { $0.message.content["data"]?["text/plain"]?.string } == (0..<10_000).map { String($0) })
    }

    @Test func `text of a running cell is shown within a moment`() {
        let conversation = Conversation()
        let start = ContinuousClock.now
        conversation.execute("say early\nwait")
        #expect(conversation.log.first { $0.type == "stream" }?.summary == "stream stdout: early\n")
        #expect(ContinuousClock.now - start < .seconds(2), "25 ms and a loaded machine")
        conversation.kernel.interrupt()
    }
}
