import ApusSession
import TestSupport
import SessionTestSupport
import Testing

@Suite struct FuzzTests {
    private static let cells = [
        "%%probe --epochs 5 --rate=0.1\n  --columns \"a b\" 'c' {x} # comment\n// more\n--no-shuffle",
        "%%make\n\nLSTM(64, returnsSequences: true)\nHead(\"a\", loss: .mse) {\n    Dense(4)\n}",
        "let x: [Int] = [1, 0x2, -3e4]\nvar s = \"a\\u{1F600}\\n\" // c\n/* b /* n */ */ d = {\"k\": [True, None, float('nan')]}",
        "%%time\n%time %copy a b --times 3\n?%%probe\n%who?", "# Parameters\nq = \"\\ud83d\\ude00\"\nlet 👩‍🚀 = 1\r\n%%count --skip-blank\r\ne\u{301}",
    ]
    private static let fragments: [String] = [
        "%", "%%", "?", "\"", "'", "{", "}", "{{", "[", "]", "\\", "\n", "\r\n", "\r", "\u{2028}", "=", "--", "-", "#", "//", "/*", "*/", ":", ";",
        ",", "\0",
        "é", "e\u{301}", "👩‍🚀", "\u{FEFF}", "\u{A0}", "\t", "0x", "1e", ".", "let ", "%time ", "--help", "99999999999999999999", "(", ")",
        "float('nan')",
    ]

    @Test(arguments: 0..<8) func `mutated cells end in answers, never in traps`(seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        let session = CellSession.probing
        let checker = CellChecker(magics: probes)
        for round in 0..<150 {
            var scalars = Array(FuzzTests.cells.randomElement(using: &random)!.unicodeScalars)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0...scalars.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: scalars.insert(contentsOf: Array(FuzzTests.fragments.randomElement(using: &random)!.unicodeScalars), at: place)
                case 1: scalars.removeSubrange(place..<min(scalars.count, place + Int.random(in: 0...4, using: &random)))
                default: scalars = Array(scalars[..<place]) + Array(scalars[max(0, place - 5)...])
                }
            }
            let code = String(String.UnicodeScalarView(scalars))
            let context = "seed \(seed), round \(round): \(code.debugDescription)"
            let count = code.unicodeScalars.count
            for diagnostic in checker.check([code]) {
                let lines = CellSource(code).lineCount
                #expect((1...lines).contains(diagnostic.position.line), "\(context)")
            }
            _ = await session.completeness(of: code)
            for _ in 0..<6 {
                let cursor = Int.random(in: -1...count + 2, using: &random)
                let completions = await session.complete(code, cursor: cursor)
                #expect(0 <= completions.start && completions.start <= completions.end && completions.end <= count, "\(context) at \(cursor)")
                _ = await session.inspect(code, cursor: cursor, detail: .full)
            }
            // `%work` is the one magic that runs for ever.
            if !code.contains("work") {
                let error = await session.run(code).error
                #expect(error.map { !$0.report.isEmpty && !$0.message.isEmpty } ?? true, "\(context)")
            }
        }
    }

    @Test func `deep nesting and long cells are answered`() async {
        let session = CellSession.probing
        for opening in ["[", "{\"a\":", "/*", "%time ", "(", "\"", "{"] {
            let code = "let x = " + String(repeating: opening, count: 20_000)
            #expect(await session.run(code).error != nil)
            #expect(await session.run("%%probe " + String(repeating: opening, count: 20_000)).error != nil)
            _ = await session.completeness(of: code)
            _ = await session.complete(code, cursor: code.unicodeScalars.count)
        }
    }
}
