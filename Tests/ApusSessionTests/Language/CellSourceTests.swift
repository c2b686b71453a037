import ApusSession
import Testing

@Suite struct CellSourceTests {
    @Test func `positions count lines and scalars from one`() {
        let source = CellSource("ab\ncd")
        #expect(source.position(of: 0) == CellPosition(line: 1, column: 1))
        #expect(source.position(of: 2) == CellPosition(line: 1, column: 3))
        #expect(source.position(of: 3) == CellPosition(line: 2, column: 1))
        #expect(source.position(of: 5) == CellPosition(line: 2, column: 3))
        #expect(source.position(of: 99) == CellPosition(line: 2, column: 3))
        #expect(source.position(of: -1) == CellPosition(line: 1, column: 1))
    }

    @Test func `columns count scalars, not characters or bytes`() {
        let source = CellSource("e\u{301}👩‍🚀x")
        #expect(source.count == 6)
        #expect(source.position(of: 5).column == 6)
    }

    @Test(arguments: ["a\nb\nc", "a\r\nb\r\nc", "a\rb\rc"]) func `every line break is understood`(text: String) {
        let source = CellSource(text)
        #expect(source.lineCount == 3)
        #expect((1...3).map(source.line) == ["a", "b", "c"])
        #expect(source.line(4) == "")
    }
}
