import ApusJSON
import ApusSession
import ApusSessionProcess
import SessionTestSupport
import TestSupport
import Testing

/// A session process that is broken, or was taken over: whatever it sends, the front goes on.
@Suite(.timeLimit(.minutes(2))) struct BrokenProcessTests {
    @Test(arguments: [
        ("printf '\\377\\377\\377\\377'", "a message of 4294967295 bytes"), ("printf '\\003\\000\\000\\000{x}'", "invalid JSON"),
        ("printf '\\000\\000\\000\\000'", "invalid JSON"), ("printf '\\002\\000\\000\\000[]'", "a message that is no object"),
        ("printf '\\017\\000\\000\\000{\"kind\":\"what\"}'", "a message without a proper 'kind'"),
        ("printf '\\020\\000\\000\\000{\"kind\":\"reply\"}'", "a message without a proper 'cell'"),
    ])
    func `garbage ends the process and fails the cell`(broken: (script: String, reason: String)) async {
        let session = ProcessSession.scripted("\(broken.script) >&3; exec sleep 60")
        let error = await session.run("let x = 1").error
        #expect(error?.name == "SessionEnded")
        #expect(error?.message.contains(broken.reason) == true, "\(error?.message ?? "")")
        await session.close()
    }

    @Test func `a length that is only claimed takes no memory, and half a message no cell`() async {
        // 1 GiB is announced, and the process ends.
        let session = ProcessSession.scripted("printf '\\000\\000\\000\\100half' >&3; exit 5")
        #expect(await session.run("let x = 1").error?.message.contains("exited with code 5") == true)
        await session.close()
    }

    @Test func `replies and events of cells that do not run are ignored`() async throws {
        let reply = "{\"kind\":\"reply\",\"cell\":77,\"reply\":{\"error\":null,\"expressions\":{}}}"
        let event = "{\"kind\":\"event\",\"cell\":77,\"event\":{\"kind\":\"stream\",\"name\":\"stdout\",\"text\":\"x\"}}"
        let query = "{\"kind\":\"inspection\",\"query\":99,\"found\":null}"
        let good = "{\"kind\":\"reply\",\"cell\":1,\"reply\":{\"error\":null,\"expressions\":{}}}"
        let script = [reply, event, query, good].map { "printf '\(octal($0.utf8.count))%s' '\($0)' >&3" }.joined(separator: "; ")
        let session = ProcessSession.scripted("\(script); exec sleep 60")
        let (error, client) = await session.run("let x = 1")
        #expect(error == nil)
        #expect(client.events.isEmpty)
        await session.close()
    }

    @Test func `a process that closes its socket and stays is ended`() async {
        let session = ProcessSession.scripted("exec 3>&-; exec sleep 60")
        #expect(await session.run("let x = 1").error?.message.contains("was ended by SIGKILL") == true)
        await session.close()
    }

    @Test func `a process that reads nothing blocks neither interrupts nor questions nor closing`() async {
        let session = ProcessSession.scripted("exec sleep 60")
        let client = RecordingClient()
        async let reply = session.execute(CellRequest(String(repeating: "// a long cell\n", count: 100_000)), client: client)
        for _ in 0..<50 {
            session.interrupt()
            #expect(await session.complete("%%flo", cursor: 5).items.map(\.text) == ["%%flood"])
        }
        await session.close()
        #expect(await reply.error?.name == "SessionClosed")
    }

    @Test func `more outputs than it was asked for end the process`() async {
        let text = "{\"kind\":\"event\",\"cell\":1,\"event\":{\"kind\":\"stream\",\"name\":\"stdout\",\"text\":\"%s\"}}"
        let length = text.utf8.count - 2 + 100_000
        let session = ProcessSession.scripted(
            "x=$(head -c 100000 /dev/zero | tr '\\000' x); while true; do printf '\(octal(length))\(text)' \"$x\" >&3; done")
        let client = StuckClient()
        async let running = session.execute(CellRequest("let x = 1"), client: client)
        while !client.hasBegun { await Task.yield() }
        await session.waitForEndOfProcess()
        client.release()
        let reply = await running
        #expect(reply.error?.message.contains("more outputs than it was asked for") == true, "\(reply)")
        await session.close()
    }

    /// The four bytes of a length, for printf.
    private func octal(_ length: Int) -> String {
        (0..<4).map { index in
            let byte = length >> (8 * index) & 0xFF
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }.joined()
    }
}
