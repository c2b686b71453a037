import ApusJSON
import ApusSession
import SessionTestSupport
import Synchronization
import Testing

/// What is asked about Swift code, and what becomes of the answers.
@Suite struct SwiftQuestionTests {
    private let assistant = ScriptedAssistant()
    private let session: CellSession

    init() { session = CellSession(magics: [ProbeMagic.self, MakeMagic.self], swiftAssistant: assistant) }

    private func split(_ code: String) -> (String, Int) {
        let scalars = Array(code.unicodeScalars)
        let cursor = scalars.firstIndex(of: "|") ?? scalars.count
        return (String(String.UnicodeScalarView(scalars.filter { $0 != "|" })), cursor)
    }

    /// The code that the assistant was asked about, as far as it got; nil when it was not asked.
    private func asked(_ code: String) async -> String? {
        let (text, cursor) = split(code)
        assistant.question.withLock { $0 = nil }
        _ = await session.complete(text, cursor: cursor)
        guard let question = assistant.question.withLock({ $0 }) else { return nil }
        #expect(question.cursor == cursor, "places are those of the cell")
        return question.source.text
    }

    @Test func `code of a cell that is no magic is asked about as it is`() async {
        #expect(await asked("let x = 1\nx.|\n// end") == "let x = 1\nx.\n// end")
        #expect(await asked("let é = \"😀\"; é.|") == "let é = \"😀\"; é.")
        #expect(await asked("let x = 1\n|") == "let x = 1\n")
        #expect(await asked("|") == nil, "nothing has begun")
        #expect(await asked(" \n|") == nil)
    }

    @Test func `magics are not asked about, but the code that they run is`() async {
        #expect(await asked("%%probe --ep|") == nil)
        #expect(await asked("%%make\nLS|") == nil)
        #expect(await asked("let x = 1\n%%make\nLS|") == nil)
        #expect(await asked("f|\n%%probe") == nil)
        #expect(await asked("%probe\nf|") == nil)
        #expect(await asked("%%time\nlet x = f|") == "      \nlet x = f")
        #expect(await asked("// why\n%%time\n\nf|\ng()") == "      \n      \n\nf\ng()")
        #expect(await asked("%time f|") == "      f")
        #expect(await asked("%timeit -n 5 --repeats=2 f|") == "                         f")
        #expect(await asked("let x = 1\n%time f|\n") == "         \n      f")
        #expect(await asked("%ti|me f") == nil)
        #expect(await asked("%time %probe --ep|") == nil)
        #expect(await asked("%%nothing\nf|") == nil)
    }

    @Test func `answers are sorted out by what is typed`() async {
        assistant.completions.withLock {
            $0 = Completions(items: ["second", "First", "first", "_first", "first"].map { Completions.Item($0, kind: "variable") }, start: 2, end: 4)
        }
        #expect(await session.complete("a.fi", cursor: 4).items.map(\.text) == ["first", "First"])
        #expect(await session.complete("a._f", cursor: 4).items.map(\.text) == ["_first"])
        #expect(await session.complete("a.xy", cursor: 4).items.isEmpty)
        #expect(await session.complete("a.", cursor: 2).items.map(\.text) == ["second", "First", "first"])
        #expect(await session.complete("a.", cursor: 2).start == 2)
    }

    @Test func `on a blank line a magic may begin as well`() async {
        assistant.completions.withLock { $0 = Completions(items: [Completions.Item("first", kind: "variable")], start: 10, end: 10) }
        let texts = await session.complete("let x = 1\n", cursor: 10).items.map(\.text)
        #expect(texts.first == "first" && texts.contains("%%probe"))
    }

    @Test func `without an answer the session says what it knows itself`() async {
        assistant.completions.withLock { $0 = nil }
        assistant.inspection.withLock { $0 = nil }
        await session.run("let epochs = 5")
        #expect(await session.complete("let x = 1\n", cursor: 10).items.map(\.text).contains("%%probe"))
        #expect(await session.complete("ep", cursor: 2).items.isEmpty)
        #expect(await session.inspect("epochs + 1", cursor: 2, detail: .brief)?.text == "epochs: Int = 5")
    }

    @Test func `a declaration comes with the value of its name, and parameters with the question`() async {
        await session.run("let epochs = 5")
        assistant.inspection.withLock { $0 = MIMEBundle(text: "let epochs: Int", markdown: "`let epochs: Int`") }
        let found = await session.inspect("epochs + 1", cursor: 2, detail: .brief)
        #expect(found?.text == "let epochs: Int\n\nepochs: Int = 5")
        #expect(found?.data["text/markdown"]?.string == "`let epochs: Int`\n\n```swift\nepochs: Int = 5\n```")
        #expect(assistant.question.withLock { $0 }?.parameters == ["epochs": 5])
        #expect(await session.inspect("other", cursor: 2, detail: .brief)?.text == "let epochs: Int")
        #expect(await session.inspect("%%probe", cursor: 4, detail: .brief)?.text?.hasPrefix("%%probe") == true)
    }
}

/// Answers what it is told to.
private final class ScriptedAssistant: SwiftCodeAssistant {
    let question = Mutex<SwiftQuestion?>(nil)
    let completions = Mutex<Completions?>(Completions(items: [], start: 0, end: 0))
    let inspection = Mutex<MIMEBundle?>(nil)

    func complete(_ question: SwiftQuestion) async -> Completions? {
        self.question.withLock { $0 = question }
        return completions.withLock { $0 }
    }

    func inspect(_ question: SwiftQuestion) async -> MIMEBundle? {
        self.question.withLock { $0 = question }
        return inspection.withLock { $0 }
    }
}
