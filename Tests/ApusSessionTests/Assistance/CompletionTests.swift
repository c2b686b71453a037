import ApusSession
import TestSupport
import SessionTestSupport
import Testing

@Suite struct CompletionTests {
    let session = CellSession.probing

    /// Completes at the `|` of `code`: the offers, and the scalars they replace.
    private func complete(_ code: String) async -> (texts: [String], replaced: String, start: Int) {
        let (text, cursor) = split(code)
        let completions = await session.complete(text, cursor: cursor)
        return (completions.items.map(\.text), CellSource(text)[completions.start..<completions.end], completions.start)
    }

    private func split(_ code: String) -> (String, Int) {
        let scalars = Array(code.unicodeScalars)
        let cursor = scalars.firstIndex(of: "|") ?? scalars.count
        return (String(String.UnicodeScalarView(scalars.filter { $0 != "|" })), cursor)
    }

    @Test func `names of magics, with their percent signs`() async {
        let result = await complete("%%pro|")
        #expect(result.texts == ["%%probe"])
        #expect(result.replaced == "%%pro")
        #expect(await complete("let x = 1\n%ti|").texts == ["%time", "%timeit"])
        #expect(await complete("%|").texts.contains("%who"))
        #expect(await complete("%|").texts.contains("%%count"))
        #expect(await complete("|").texts.contains("%%count"))
        #expect(await complete("%time %gr|").texts == ["%grow"])
    }

    @Test func `options that are not given yet`() async {
        let result = await complete("%%probe --verbose --e|")
        #expect(result.texts == ["--epochs"])
        #expect(result.replaced == "--e")
        let all = await complete("%%probe --verbose\n  --epochs=5 |").texts
        #expect(all.contains("--optimizer") && all.contains("--help"))
        #expect(!all.contains("--verbose") && !all.contains("--epochs"))
        #expect(await complete("%%probe -e 5 --ep|").texts.isEmpty)
        #expect(await complete("%%time\n%%probe --opt|").texts == ["--optimizer"])
    }

    @Test func `values: allowed ones, dynamic ones, and those that depend on other options`() async {
        #expect(await complete("%%probe --optimizer |").texts == ["adam", "adamw", "sgd"])
        #expect(await complete("%%probe --optimizer=ada|").texts == ["adam", "adamw"])
        #expect(await complete("%%probe --optimizer=ada|").replaced == "ada")
        #expect(await complete("%%probe --optimizer \"s|").replaced == "s")
        #expect(await complete("%%probe --rate 0.5 --columns |").texts == ["open", "close", "rate-0.5"])
        #expect(await complete("%copy |").texts == ["--times", "--help"])
    }

    @Test func `parameters in braces`() async {
        await session.run("let epochs = 5\nlet rate = 0.1")
        let result = await complete("%%probe --epochs {ep|")
        #expect(result.texts == ["epochs"])
        #expect(result.replaced == "ep")
        #expect(await complete("%%probe --out=\"x-{|").texts == ["epochs", "rate"])
        #expect(await complete("%%probe --out={{|").texts.isEmpty)
    }

    @Test func `the body is the magic's own`() async {
        #expect(await complete("%%make\nLS|").texts == ["LSTM"])
        let result = await complete("%%make\n// é\nDense(4)\n  D|")
        #expect(result.texts == ["Dense", "Dropout"])
        #expect(result.replaced == "D")
    }

    @Test func `offsets count Unicode scalars`() async {
        let result = await complete("%%probe --out 👩‍🚀e\u{301} --e|")
        #expect(result.texts == ["--epochs"])
        #expect(result.start == 20)
    }

    @Test func `files and folders below the working directory`() async throws {
        let folder = try TemporaryFolder()
        for name in ["prices.csv", "notes.txt", "data/more.csv", ".hidden.csv"] { try folder.write([], to: name) }
        let session = CellSession(magics: [ProbeMagic.self], environment: SessionEnvironment(workingDirectory: folder.path))
        let code = "%%probe --candles "
        #expect(await session.complete(code, cursor: code.count).items.map(\.text) == ["data/", "prices.csv"])
        let deeper = "%%probe --candles data/m"
        #expect(await session.complete(deeper, cursor: deeper.count).items.map(\.text) == ["data/more.csv"])
        let directory = "%%probe --out "
        #expect(await session.complete(directory, cursor: directory.count).items.map(\.text) == ["data/"])
    }

    @Test func `tooltips for magics, options, values, parameters and layers`() async {
        await session.run("let epochs = 5")
        func inspect(_ code: String) async -> String? {
            let (text, cursor) = split(code)
            return await session.inspect(text, cursor: cursor, detail: .brief)?.text
        }
        #expect(await inspect("%%pr|obe --epochs 5")?.hasPrefix("%%probe  Shows its options.") == true)
        #expect(await inspect("%%probe --ep|ochs 5") == "--epochs <epochs>  (%%probe)\nPasses over the data. (default: 100)")
        #expect(await inspect("%%probe --epochs| 5")?.hasPrefix("--epochs") == true)
        #expect(await inspect("%%probe --epochs=1|2")?.hasPrefix("--epochs") == true)
        #expect(await inspect("%%probe --epochs {ep|ochs}") == "epochs: Int = 5")
        #expect(await inspect("let ep|ochs = 3") == "epochs: Int = 5")
        #expect(await inspect("%%make\nDen|se(4)") == "layer Dense")
        #expect(await inspect("%%nothing|") == nil)
        #expect(await inspect("let unknown| = 3") == nil)
    }

    @Test func `an empty line is an overview of the session, and names are explained anywhere`() async {
        let session = CellSession(magics: [CountMagic.self])
        #expect(await session.inspect("", cursor: 0, detail: .brief) == nil, "there is nothing to see yet")
        await session.run("let epochs = 5\nlet bars = 7")
        await session.run("%%count\none two", executionCount: 2)
        let overview = await session.inspect("\n// more", cursor: 0, detail: .brief)
        let names = overview?.text?.split { !$0.isLetter }.map(String.init) ?? []
        #expect(names.filter { ["count", "epochs", "bars"].contains($0) } == ["count", "count", "epochs", "bars"], "\(names)")
        #expect(overview?.data["text/html"] != nil)
        #expect(await session.inspect("// the count", cursor: 9, detail: .brief)?.text == "count: 2 counted, from %%count in cell [2]")
    }

    @Test(arguments: [
        ("%%probe --epochs 5", Completeness.complete), ("%who", .complete), ("", .complete), ("let x = 5", .complete),
        ("%%probe --out \"abc", .incomplete(indent: "")), ("%probe --out \"abc", .invalid), ("%%make\nHead(\"a\") {", .incomplete(indent: "    ")),
        ("%%make\nHead(\"a {\") // {", .complete), ("%%make\nDense(4))", .invalid), ("%%count", .incomplete(indent: "")), ("%%time", .complete),
        ("let xs = [1,", .incomplete(indent: "    ")), ("let x =", .incomplete(indent: "")), ("let x = \"abc", .invalid),
        ("/* a", .incomplete(indent: "")),
        ("func f() {", .incomplete(indent: "    ")), ("func f() {}", .complete),
        // Swift code.
        ("f(1)", .complete), ("f(1", .incomplete(indent: "    ")), ("f(1))", .invalid), ("if a {\n    g([", .incomplete(indent: "            ")),
        ("let s = \"\"\"\n(", .incomplete(indent: "")), ("let s = \"\"\"\n(\n\"\"\"", .complete), ("let s = \"(\"", .complete), ("f(\"a", .invalid),
        ("f(\"a\\(b", .invalid), ("f(\"\\(g(\")\"))\")", .complete), ("f(#\"\\(\"#)", .complete), ("f(#\"\\#(x)\"#)", .complete),
        ("f(\"\\\"(\")", .complete),
        ("a +", .incomplete(indent: "")), ("a + // b", .incomplete(indent: "")), ("a!", .complete), ("xs[1...]", .complete),
        ("let x: Int?", .complete),
        ("let x=", .incomplete(indent: "")), ("func f() ->", .incomplete(indent: "")), ("let a: Array<Int>", .complete),
        ("f(a,", .incomplete(indent: "    ")),
        ("/* a /* b */ (", .incomplete(indent: "")), ("/* ( */ f()", .complete), ("f() // (", .complete), ("#if DEBUG\nf()", .incomplete(indent: "")),
        ("#if DEBUG\nf()\n#endif", .complete), ("let r = /[(]+/", .complete), ("let r = #/[(]+/#", .complete),
        ("let r = #/[(]+", .incomplete(indent: "")),
        ("let x = a / (b", .incomplete(indent: "    ")), ("(a) / f(b) / 2", .complete), ("%%time\nf(", .incomplete(indent: "    ")),
        ("%%time\nf()", .complete),
        ("%time f(", .incomplete(indent: "    ")), ("let 😀 = f(", .incomplete(indent: "    ")), ("f {\r\n", .incomplete(indent: "    ")),
        ("%%probe --bad {", .invalid),
    ]) func `a console knows when to ask for more lines`(code: String, expected: Completeness) async {
        #expect(await session.completeness(of: code) == expected)
    }
}
