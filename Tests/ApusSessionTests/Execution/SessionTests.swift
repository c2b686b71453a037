import ApusJSON
import ApusSession
import SessionTestSupport
import Testing

@Suite struct SessionTests {
    let session = CellSession(magics: [CountMagic.self])

    @Test func `a magic runs from its cell to the workspace`() async {
        let (error, client) = await session.run("%%count --unit lines\none two\nthree", executionCount: 7)
        #expect(error == nil)
        #expect(client.displayedTexts.last == "unit   count\n─────  ─────\nlines      2")
        let listing = await session.run("%who").client
        #expect(listing.displayedTexts == ["name   value      from     cell\n─────  ─────────  ───────  ────\ncount  2 counted  %%count   [7]"])
    }

    @Test func `a mistake is shown with its place and the nearest name`() async {
        let (error, client) = await session.run("%%count\n  --unti lines\nbody")
        #expect(error?.name == "UnknownOption")
        #expect(error?.message == "line 2, column 3: %%count has no option `--unti`")
        #expect(
            error?.plainReport == """
                UnknownOption: %%count has no option `--unti`
                  ┌ line 2, column 3
                2 │   --unti lines
                  │   ^~~~~~
                its options: --unit --skip-blank
                → did you mean `--unit`? `%%count?` describes every option
                """)
        #expect(client.events.last == error.map(CellEvent.error))
    }

    @Test func `options are those of the call, and no call keeps those of another`() async {
        for (call, unit) in [("%%count", "words"), ("%%count --unit lines", "lines"), ("%%count", "words"), ("%%count\n  --unit=lines", "lines")] {
            let (error, client) = await session.run("\(call)\n\none two\nthree")
            #expect(error == nil)
            #expect(client.displayedTexts.last?.contains(unit) == true, "\(call)")
        }
    }

    @Test func `parameters expand in options`() async {
        await session.run("let what = \"lines\"  // how to count\nlet threshold: Double = 3")
        let (error, client) = await session.run("%%count --unit={what}\na b c")
        #expect(error == nil)
        #expect(client.displayedTexts.last == "unit   count\n─────  ─────\nlines      1")
    }
}
