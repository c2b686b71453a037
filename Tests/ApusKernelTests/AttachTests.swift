import ApusJSON
import ApusJournal
import ApusKernel
import JupyterProtocol
import TestSupport
import Testing

/// A kernel with a journal. Cells go on when their questions are answered, so that a test decides what is running.
@Suite final class AttachTests {
    private let temporary: TemporaryFolder
    private let journal: Journal
    private let conversation: Conversation

    init() throws {
        temporary = try TemporaryFolder()
        journal = Journal(folder: JournalFolder(path: temporary.path), origin: JournalOrigin(.kernel, name: "a.ipynb", process: 1)) { _ in }
        conversation = Conversation(journal: journal)
    }

    deinit {
        conversation.kernel.stop()
        journal.close(within: .seconds(10))
    }

    private func updates(for request: MessageHeader) -> [String] {
        conversation.log.all.filter { $0.message.parentHeader == request.bytes && ["display_data", "update_display_data"].contains($0.type) }
            .map { $0.message.content["data"]?["text/plain"]?.string ?? "" }
    }

    @Test func `it shows what a running cell showed and goes on to its end, with busy, idle and headers of its own`() {
        let cell = conversation.execute("say early\nshow bar=0\nask ?\nupdate bar=1\nsay middle\nask ?\nupdate bar=2")
        _ = conversation.log.first { $0.type == "input_request" }
        let attach = conversation.otherClient().execute("%attach")
        #expect(conversation.hasPrinted("early", for: attach))
        conversation.answer(1)
        #expect(conversation.hasPrinted("middle", for: attach))
        #expect(conversation.log.all.allSatisfy { $0.message.parentHeader != attach.bytes || $0.summary != "status idle" }, "it goes on")
        conversation.answer(2)
        let published = conversation.published(for: attach)
        #expect(published.first?.summary == "status busy")
        #expect(published[1].message.content["execution_count"] == 2)
        #expect(updates(for: attach) == ["0", "1", "2"])
        let text = conversation.printed(for: attach)
        #expect(text.hasPrefix("[1] say early · running for 0:0"))
        #expect(text.contains("\n[1] say early · ok after 0:0"))
        let reply = conversation.reply(to: attach)?.message
        #expect(reply?.content["status"] == "ok")
        #expect(reply?.content["execution_count"] == 2)
        #expect(conversation.reply(to: cell)?.message.content["execution_count"] == 1)
        #expect(conversation.reply(to: conversation.execute("say next"))?.message.content["execution_count"] == 3)
    }

    @Test func `its displays are its own, so that the cell's updates do not change them twice`() {
        let cell = conversation.execute("show bar=0\nupdate bar=1")
        let attach = conversation.execute("%attach")
        let own = conversation.published(for: attach).compactMap { $0.message.content["transient"]?["display_id"]?.string }
        let original = conversation.published(for: cell).compactMap { $0.message.content["transient"]?["display_id"]?.string }
        #expect(Set(original) == ["bar"])
        #expect(Set(own).count == 1 && own.first != "bar")
    }

    @Test func `an interrupt ends what is attached, the next one the cell`() {
        let cell = conversation.execute("say on\nwait")
        conversation.waitForStart(of: cell)
        let attached = (0..<2).map { _ in conversation.execute("%attach") }
        for attach in attached { #expect(conversation.hasPrinted("on\n", for: attach)) }
        let behind = conversation.execute("say behind")
        conversation.send("interrupt_request", on: .control)
        for attach in attached {
            let reply = conversation.reply(to: attach)?.message.content
            #expect(reply?["ename"] == "Interrupted")
            #expect(reply?["evalue"]?.string?.contains("cell [1] goes on") == true)
        }
        #expect(conversation.log.all.allSatisfy { $0.message.parentHeader != cell.bytes || !$0.type.hasSuffix("reply") }, "the cell goes on")
        #expect(conversation.log.all.last { $0.type == "status" }?.summary == "status busy", "and the kernel shows it")
        conversation.send("interrupt_request", on: .control)
        #expect(conversation.reply(to: cell)?.message.content["ename"] == "Interrupted")
        #expect(conversation.reply(to: behind)?.message.content["status"] == "aborted")
    }

    @Test func `an interrupt ends what is attached also while its outputs wait`() {
        let cell = conversation.execute(String(repeating: "big 1\nshow x\n", count: 8) + "say on\nwait")
        #expect(conversation.hasPrinted("on\n", for: cell))
        let backlog = conversation.log.backlog
        backlog.add(backlog.limit)
        let attach = conversation.otherClient().execute("%attach")
        conversation.waitForStart(of: attach)
        conversation.send("interrupt_request", on: .control)
        #expect(conversation.reply(to: attach)?.message.content["ename"] == "Interrupted")
        #expect(conversation.log.all.allSatisfy { $0.message.parentHeader != cell.bytes || !$0.type.hasSuffix("reply") }, "the cell goes on")
        conversation.send("interrupt_request", on: .control)
        #expect(conversation.reply(to: cell) != nil)
    }

    @Test func `a cell that ended is shown again, the chosen one or the one that showed progress`() {
        for code in ["show bar=0\nupdate bar=9", "say second", "say third"] { _ = conversation.published(for: conversation.execute(code)) }
        let latest = conversation.execute("%attach")
        #expect(conversation.published(for: latest).count > 3)
        #expect(updates(for: latest) == ["0", "9"])
        for (number, text) in [(1, "third"), (2, "second")] {
            let attach = conversation.execute("%attach \(number)")
            _ = conversation.published(for: attach)
            #expect(conversation.printed(for: attach).contains("\n\(text)\n"))
        }
    }

    @Test func `the list has all cells, the latest first, and no attached ones`() {
        _ = conversation.published(for: conversation.execute("say a"))
        _ = conversation.published(for: conversation.execute("fail b"))
        _ = conversation.published(for: conversation.execute("%attach"))
        let list = conversation.execute("%attach --list")
        _ = conversation.published(for: list)
        let rows = updates(for: list).joined().split(separator: "\n")
        #expect(rows.count == 4)
        #expect(rows[2].contains("[2]") && rows[2].contains("failed"))
        #expect(rows[3].contains("[1]") && rows[3].contains("ok"))
    }

    @Test func `the error and the value of the other cell are shown, and are not its own`() {
        _ = conversation.published(for: conversation.execute("value\nfail badly"))
        let attach = conversation.execute("%attach")
        let kinds = conversation.published(for: attach).map(\.type)
        #expect(!kinds.contains("error") && !kinds.contains("execute_result"))
        #expect(updates(for: attach) == ["value"])
        #expect(conversation.printed(for: attach).contains("Failure: badly"))
        #expect(conversation.reply(to: attach)?.message.content["status"] == "ok")
    }

    @Test func `without waiting it ends at once`() {
        let cell = conversation.execute("say on\nwait")
        #expect(conversation.hasPrinted("on\n", for: cell))
        let attach = conversation.execute("%attach --no-follow")
        #expect(conversation.reply(to: attach)?.message.content["status"] == "ok")
        #expect(conversation.printed(for: attach).contains("on\n"))
        conversation.kernel.interrupt()
    }

    @Test func `mistakes are answered at once, also while a cell runs`() {
        let nothing = conversation.execute("%attach")
        #expect(conversation.reply(to: nothing)?.message.content["ename"] == "NoSuchCell")
        let cell = conversation.execute("wait")
        conversation.waitForStart(of: cell)
        for (code, name) in [("%attach --lst", "UnknownOption"), ("%attach 0", "InvalidOptions"), ("%attach 7", "NoSuchCell")] {
            let attach = conversation.execute(code)
            #expect(conversation.reply(to: attach)?.message.content["ename"] == .string(name), "\(code)")
            #expect(conversation.published(for: attach).count { $0.type == "error" } == 1)
        }
        conversation.kernel.interrupt()
    }

    @Test func `among other statements it is the session's`() {
        let mixed = conversation.execute("say a\n%attach")
        #expect(conversation.published(for: mixed).contains { $0.type == "execute_result" }, "the echo session echoes what it does not know")
    }

    @Test func `a kernel without a journal says so`() {
        let other = Conversation()
        let attach = other.execute("%attach")
        #expect(other.reply(to: attach)?.message.content["ename"] == "NoJournal")
    }

    @Test func `passwords and tokens are not in the file`() throws {
        let cell = conversation.execute("secret ?\nsay hf_abcdefghijkl")
        _ = conversation.log.first { $0.type == "input_request" }
        let question = conversation.log.all.first { $0.type == "input_request" }
        conversation.send("input_reply", ["value": "letmein"], on: .stdin, parent: question?.message.header)
        _ = conversation.published(for: cell)
        journal.flush(within: .seconds(10))
        let path = try #require(journal.path)
        let text = String(decoding: try temporary.read(String(path.dropFirst(temporary.path.count + 1))), as: UTF8.self)
        #expect(text.contains("hf_***") && !text.contains("abcdefghijkl"))
    }

    @Test func `shutting down ends it, and lets no further one begin`() {
        let cell = conversation.execute("wait")
        conversation.waitForStart(of: cell)
        let attach = conversation.execute("%attach")
        #expect(conversation.hasPrinted("running for", for: attach))
        conversation.send("shutdown_request", ["restart": false], on: .control)
        #expect(conversation.reply(to: attach)?.message.content["ename"] == "Interrupted")
        #expect(conversation.reply(to: cell)?.message.content["ename"] == "Interrupted")
        #expect(conversation.reply(to: conversation.execute("%attach"))?.message.content["status"] == "aborted")
    }

    @Test func `silent cells leave nothing in the journal`() {
        _ = conversation.published(for: conversation.execute("say quiet", ["silent": true]))
        let attach = conversation.execute("%attach")
        #expect(conversation.reply(to: attach)?.message.content["ename"] == "NoSuchCell")
    }
}
