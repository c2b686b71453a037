import ApusSession
import SessionTestSupport
import Testing

@Suite struct MagicCellTests {
    let session = CellSession.probing

    private func output(_ code: String) async -> String {
        let (error, client) = await session.run(code)
        return error.map { "\($0.name) \($0.message)" } ?? client.stdout
    }

    @Test(arguments: [
        ("%%probe", "100 0.001 adam - [] false false\n"),
        ("%probe -e 7 --rate=1e-2", "7 0.01 adam - [] false false\n"),
        ("%%probe --epochs 5 --verbose\n  --rate 0.5 # half\n// a comment\n\n--shuffle", "5 0.5 adam - [] true true\n"),
        ("%%probe --columns open close \\\n high --no-shuffle", "100 0.001 adam - [\"open\", \"close\", \"high\"] false false\n"),
        ("%%probe --columns a --columns \"b c\"'d'", "100 0.001 adam - [\"a\", \"b cd\"] false false\n"),
        ("%%probe --out 'it {is} \"so\"' --rate -2", "100 -2.0 adam it {is} \"so\" [] false false\n"),
        ("%%probe --out=\"a={{b}}\"", "100 0.001 adam a={b} [] false false\n"),
        ("%%probe --out \"\"", "100 0.001 adam  [] false false\n"),
        ("%%probe --out -weights", "100 0.001 adam -weights [] false false\n"),
        ("%%probe --out=--weights", "100 0.001 adam --weights [] false false\n"),
        ("%%probe --verbose=false --shuffle=true", "100 0.001 adam - [] true false\n"),
        ("\n // before\n%%probe\r\n--epochs 3\r\n", "3 0.001 adam - [] false false\n"),
        ("let e = 4\n%probe --epochs {e}\n%probe --epochs 2", "4 0.001 adam - [] false false\n2 0.001 adam - [] false false\n"),
        ("%copy a b --times 2", "a b 2\n"), ("%copy --times=3 '-x'", "-x - 3\n"), ("%copy --times=3 \"--help\"", "--help - 3\n"),
    ]) func `options are read as they are written`(code: String, expected: String) async {
        #expect(await output(code) == expected)
    }

    @Test(arguments: [
        ("%%probbe", "UnknownMagic line 1, column 1: there is no magic `%%probbe`", "did you mean `%%probe`? `%lsmagic` lists the magics there are"),
        ("%%probe --epochz 5", "UnknownOption line 1, column 9: %%probe has no option `--epochz`", "did you mean `--epochs`?"),
        ("%%probe\n--optimizer adamx", "InvalidValue line 2, column 13: `adamx` is not a value for `--optimizer`", "did you mean `adam`?"),
        ("%%probe --epochs five", "InvalidValue line 1, column 18: `five` is not a value for `--epochs`", "`%%probe?` describes"),
        ("%%probe -e five", "InvalidValue line 1, column 12: `five` is not a value for `-e`", ""),
        ("%%probe --epochs 0", "InvalidOptions line 1, column 18: --epochs must be positive, and is 0", ""),
        ("%%probe --epochs 1 --shuffle --rate -1", "InvalidOptions line 1, column 37: --rate and", ""),
        ("%%probe --epochs 1 --out /dev/x", "InvalidOptions line 1, column 26: there is no folder '/dev/x'", ""),
        ("%%probe --epochs", "MissingValue line 1, column 9: `--epochs` needs a value", ""),
        ("%%probe --optimizer --verbose", "MissingValue line 1, column 9: `--optimizer` needs a value, one of adam, adamw, sgd", ""),
        ("%%probe --epochs 1 --epochs 2", "RepeatedOption line 1, column 20: `--epochs` is given twice", "the first one says `1`"),
        ("%%probe epochs 5", "UnexpectedValue line 1, column 9: %%probe takes no value here, found `epochs`", "did you mean `--epochs <epochs>`?"),
        ("%%probe --out a b", "UnexpectedValue line 1, column 17: %%probe takes no value here, found `b`", "in quotes: `--out \"a b\"`"),
        ("%%probe --out 1, 2", "UnexpectedValue line 1, column 18: %%probe takes no value here, found `2`", "write the list of `--out` without"),
        ("%%probe --verbose=maybe", "InvalidValue line 1, column 19: `--verbose` takes true or false, not `maybe`", ""),
        ("%%probe --out \"abc", "UnclosedQuote line 1, column 15: this quote is never closed", ""),
        ("%%probe --out {x", "UnmatchedBrace line 1, column 15", "write `{{`"),
        ("%%probe --out x}", "UnmatchedBrace line 1, column 16: this `}` closes nothing", "write `}}`"),
        ("%%probe --{x} 5", "InvalidOption line 1, column 11: `{` cannot stand in the name of an option", ""),
        (
            "%%probe --epochs {epoks}", "UnknownParameter line 1, column 18: there is no parameter `epoks`",
            "set it in an earlier cell: `let epoks = ...`"
        ),
        ("%%probe\n%who", "MisplacedMagic line 2, column 1: `%who` stands among the options of %%probe", "give it a cell of its own"),
        ("%%probe,", "InvalidMagic line 1, column 8: `,` cannot stand in the name of a magic", ""),
        ("%% probe", "MissingName line 1, column 1: the name of a magic must follow `%%`", ""),
        ("%copy", "MissingOption line 1, column 1: %copy needs `<source>`", ""),
        ("%copy x", "MissingOption line 1, column 1: %copy needs `--times <times>`", ""),
        ("%copy a b c --times 1", "UnexpectedValue line 1, column 11: %copy takes no value here, found `c`", ""),
        ("%%count --unit words", "MissingBody line 1, column 1: %%count needs a body: the text to count", ""),
        ("%count", "MissingBody line 1, column 1: %count needs a body: the text to count", "write `%%count` as a cell of its own"),
        ("%%probe --out 👩‍🚀e\u{301} --epocs 1", "UnknownOption line 1, column 21: %%probe has no option `--epocs`", ""),
        ("%who --all", "UnknownOption line 1, column 6: %who has no option `--all`", ""),
        ("%who\n%probe --bad", "UnknownOption line 2, column 8: %probe has no option `--bad`", ""),
    ]) func `every mistake is reported at its word`(code: String, expected: String, hint: String) async {
        let error = await session.run(code).error
        let text = error.map { "\($0.name) \($0.message)" } ?? "no error"
        #expect(text.hasPrefix(expected), "\(text)")
        #expect(hint.isEmpty || error?.plainReport.contains(hint) == true, "\(error?.plainReport ?? "")")
    }

    @Test func `the caret stands under the word, however wide the characters before it are`() async {
        let error = await session.run("%%probe --out 日本e\u{301}👩 --epocs 1").error
        #expect(
            error?.plainReport.contains("\n1 │ %%probe --out 日本e\u{301}👩 --epocs 1\n  │                       ^~~~~~~\n") == true,
            "\(error?.plainReport ?? "")")
    }

    @Test func `a long line is shortened around the mistake`() async {
        let error = await session.run("%%probe --out \(String(repeating: "x", count: 5000)) --epocs 1").error
        #expect(error?.plainReport.contains("^~~~~~~") == true)
        #expect(error?.report.allSatisfy { $0.unicodeScalars.count < 300 } == true)
    }

    @Test func `parameters expand, lists to several values`() async {
        await session.run("let name = \"run 1\"\nlet columns = [\"open\", \"close\"]\nlet flag = true\nlet none = nil\nlet table = [\"a\": 1]")
        #expect(
            await output("%%probe --out \"{name}-{{x}}\" --columns {columns} --verbose={flag}")
                == "100 0.001 adam run 1-{x} [\"open\", \"close\"] false true\n")
        #expect(await output("%%probe --out {columns}") == "InvalidValue line 1, column 15: `--out` takes one value, and the array has 2")
        #expect(await output("%%probe --out x{columns}") == "100 0.001 adam xopen,close [] false false\n")
        #expect(await output("%%probe --out {none}") == "EmptyParameter line 1, column 15: the parameter `none` holds no value (nil)")
        #expect(
            await output("%%probe --out {table}") == "InvalidValue line 1, column 15: the parameter `table` is a dictionary, which no option takes")
        #expect(await output("%%probe --out '{name}'") == "100 0.001 adam {name} [] false false\n")
        #expect(await output("%%probe --epochs {nam}") == "UnknownParameter line 1, column 18: there is no parameter `nam`")
    }

    @Test func `a body keeps its text and its line numbers`() async {
        let (error, client) = await session.run("%%count\n# how\n--unit lines\n\n  one\n// two\n%three\n\n")
        #expect(error == nil)
        #expect(client.displayedTexts.last?.contains("lines      3") == true)
        #expect(await session.run("%%make\n\nDense(4)\n  Dens(2)").error?.message == "line 4, column 3: there is no layer `Dens`")
    }

    @Test func `nothing runs when the last line has a mistake`() async {
        let (error, client) = await session.run("%probe\n%probe --epochs x\n%probe --epocks 1")
        #expect(error?.message == "line 3, column 8: %probe has no option `--epocks`")
        #expect(client.stdout.isEmpty)
    }
}
