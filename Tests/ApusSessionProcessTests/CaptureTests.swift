import ApusSession
import ApusSessionProcess
import Glibc
import SessionTestSupport
import Testing

/// What code writes to descriptors 1 and 2 past the session.
@Suite(.timeLimit(.minutes(1))) struct CaptureTests {
    @Test func `it reaches the cell as streams`() async {
        let session = ProcessSession.probing()
        let (error, client) = await session.run("%native --out \"to out\" --err \"to err\"")
        #expect(error == nil)
        #expect(client.stdout == "to out")
        #expect(client.stderr == "to err")
        await session.close()
    }

    @Test func `it keeps its place among the outputs of the session`() async {
        let session = ProcessSession.probing()
        let stdout = await session.run("%native --alternate 500").client.stdout
        #expect(stdout == (0..<500).map { "native \($0)\nsession \($0)\n" }.joined())
        await session.close()
    }

    @Test func `text stays between the displays that it was printed between`() async {
        let session = ProcessSession.probing()
        let (error, client) = await session.run("%flood --rounds 3000")
        #expect(error == nil)
        var sizes: [Int] = []
        for event in client.events {
            if case .stream(_, let text) = event { sizes[sizes.count - 1] += text.utf8.count } else { sizes.append(0) }
        }
        #expect(sizes == Array(repeating: 20_000, count: 3000))
        await session.close()
    }

    @Test func `it comes while the cell runs`() async {
        let session = ProcessSession.probing()
        let client = RecordingClient()
        async let reply = session.execute(CellRequest("%native --out now --wait"), client: client)
        await client.wait { $0.stdout == "now" }
        session.interrupt()
        #expect(await reply.error?.name == CellError.interruptedName)
        await session.close()
    }

    @Test func `what C holds back comes before the reply`() async {
        let session = ProcessSession.probing()
        #expect(await session.run("%native --buffered \"no line break\"").client.stdout == "no line break")
        await session.close()
    }

    @Test func `scalars that are cut are whole again, and what is no UTF-8 is marked`() async {
        let session = ProcessSession.probing()
        // é in two writes, 🐦 in four, then a byte that begins nothing and one that is never continued.
        #expect(await session.run("%native --bytes c3a9f09f90a6ff41c3").client.stdout == "é🐦\u{FFFD}A\u{FFFD}")
        await session.close()
    }

    @Test func `a million bytes come whole`() async {
        let session = ProcessSession.probing()
        let stdout = await session.run("%native --lines 10000").client.stdout
        #expect(stdout.utf8.count == 1_000_000)
        #expect(stdout.split(separator: "\n").enumerated().allSatisfy { Int($1.prefix { $0 != "-" }) == $0 })
        await session.close()
    }

    @Test func `a thread that writes after its cell writes into no other`() async {
        let session = ProcessSession.probing()
        let written = "/tmp/apus-late-\(getpid())"
        defer { unlink(written) }
        #expect(await session.run("%native --late \(written)").error == nil)
        // The process ends with these words unread or read: they are told either way.
        while access(written, F_OK) != 0 { try? await Task.sleep(for: .milliseconds(1)) }
        session.killProcess()
        await session.waitForEndOfProcess()
        let client = await session.run("let x = 1").client
        #expect(client.stderr.hasSuffix("its last words:\ntoo late\n"), "\(client.stderr)")
        await session.close()
    }
}
