import ApusSession
import SwiftAssistance
import Testing

@Suite(.timeLimit(.minutes(3))) struct SwiftAssistantTests {
    @Test(arguments: ["as it should be", "in pieces", "talkative"]) func `questions are answered from the text as it is now`(mode: String)
        async throws
    {
        let server = try TestServer(mode)
        #expect(server.starts == 0, "it starts with the first question")
        #expect(await server.complete("let 😀 = a.") == "let 😀 = a.|flags")
        #expect(await server.complete("first\r\nlet é = b.") == "let é = b.|flags")
        #expect(await server.complete("c.", preamble: "import C") == "c.|flags", "another document")
        #expect(await server.complete(String(repeating: "x", count: 300_000)) == String(repeating: "x", count: 300_000) + "|flags")
        #expect(server.starts == 1)
    }

    @Test func `a tooltip is about the word, and where nothing is known about that, about the call`() async throws {
        let server = try TestServer("as it should be")
        #expect(await server.inspect("f(1) + na|me") == "hover f(1) +")
        #expect(await server.inspect("name|") == "hover")
        #expect(await server.inspect("f(|") == "call f(")
        #expect(await server.inspect("is.unknown.f|(1") == "call is.unknown.f(")
    }

    @Test func `other flags are for another server`() async throws {
        let server = try TestServer("as it should be")
        #expect(await server.complete("a") == "a|flags")
        #expect(await server.complete("a", flags: "others") == "a|others")
        #expect(server.starts == 2)
    }

    @Test func `a server that ends between questions is replaced without a word`() async throws {
        let server = try TestServer("dying after each answer")
        for number in 1...4 {
            #expect(await answer(server, "a\(number)") == "a\(number)|flags")
            #expect(server.starts >= number)
        }
    }

    /// The end of a process may take a moment to show; a question that falls into it has no answer.
    private func answer(_ server: TestServer, _ code: String) async -> String? {
        if let answer = await server.complete(code) { return answer }
        return await server.complete(code)
    }

    @Test func `a server that a question ends is started again for the next one`() async throws {
        let server = try TestServer("crashing once")
        #expect(await server.complete("a") == nil)
        #expect(await server.complete("b") == "b|flags")
        #expect(server.starts == 2)
    }

    @Test(arguments: ["crashing", "broken", "garbage"]) func `a server that always fails is started twice, then left alone`(mode: String) async throws
    {
        let server = try TestServer(mode)
        for _ in 0..<6 { #expect(await server.complete("a") == nil) }
        #expect(server.starts == 2)
    }

    @Test func `after the pause it is tried again`() async throws {
        let server = try TestServer("broken", pause: .zero)
        for _ in 0..<4 { #expect(await server.complete("a") == nil) }
        #expect(server.starts == 4)
    }

    @Test(arguments: ["hanging", "mute"]) func `a server that hangs costs each question its time, and no more`(mode: String) async throws {
        let server = try TestServer(mode, question: .milliseconds(200))
        for _ in 0..<3 { #expect(await server.complete("a") == nil) }
        #expect(server.starts <= 1, "it may need longer for its first answer than a question waits")
    }

    @Test func `a server that hangs for long is replaced`() async throws {
        let server = try TestServer("hanging once", question: .seconds(1), hang: .zero)
        #expect(await server.complete("a") == nil)
        var found: String?
        // A busy machine may need more than a second to start it.
        for _ in 0..<20 where found == nil { found = await server.complete("b") }
        #expect(found == "b|flags" || server.starts >= 2)
        #expect(server.starts >= 2)
    }

    @Test func `a refusal is no failure of the server`() async throws {
        let server = try TestServer("refusing")
        for _ in 0..<4 { #expect(await server.complete("a") == nil) }
        #expect(server.starts == 1)
    }

    @Test func `where there is no server there are no answers`() async {
        let assistant = SwiftAssistant(program: "/nowhere/sourcekit-lsp") { _ in SwiftView(preamble: "", folder: "/tmp", arguments: []) }
        let question = SwiftQuestion(source: CellSource("a."), cursor: 2)
        for _ in 0..<3 {
            #expect(await assistant.complete(question) == nil)
            #expect(await assistant.inspect(question) == nil)
        }
        let blind = SwiftAssistant(program: "/bin/true") { _ in nil }
        #expect(await blind.complete(question) == nil)
    }

    @Test func `a server that nobody asks is let go, and comes back`() async throws {
        let server = try TestServer("as it should be", idle: .milliseconds(20))
        #expect(await server.complete("a") == "a|flags")
        while server.isRunning { await Task.yield() }
        #expect(await server.complete("b") == "b|flags")
        #expect(server.starts == 2)
    }

    @Test func `closing ends the server, also one that hangs, and what waits for it`() async throws {
        let server = try TestServer("hanging")
        async let answer = server.complete("a")
        while server.starts == 0 { await Task.yield() }
        #expect(server.isRunning)
        server.assistant.close(within: .seconds(20))
        #expect(await answer == nil)
        #expect(await server.complete("b") == nil)
        #expect(server.starts == 1)
        #expect(!server.isRunning)
    }
}
