import ApusJSON
import ApusSession
import TestSupport
import Testing

import SwiftAssistance

@Suite struct AskedDocumentTests {
    private func document(_ code: String, preamble: String = "import A\nimport B", blankLines: Int = 0) -> AskedDocument {
        AskedDocument(CellSource(code), preamble: preamble, blankLines: blankLines)
    }

    @Test func `positions count lines and UTF-16 units, offsets scalars of the cell`() {
        let document = document("let é = \"👩‍🚀\" // x\nlet y = 2")
        #expect(document.text == "import A\nimport B\nlet é = \"👩‍🚀\" // x\nlet y = 2")
        #expect(document.position(of: 0) == ["line": 2, "character": 0])
        #expect(document.position(of: 9) == ["line": 2, "character": 9])
        #expect(document.position(of: 10) == ["line": 2, "character": 11], "behind the woman")
        #expect(document.position(of: 12) == ["line": 2, "character": 14], "behind the rocket")
        #expect(document.position(of: 19) == ["line": 3, "character": 0])
        #expect(document.position(of: 1000) == document.position(of: 28))
    }

    @Test func `blank lines move the cell`() {
        #expect(document("a", blankLines: 1).position(of: 1) == ["line": 3, "character": 1])
        #expect(document("a", preamble: "").position(of: 1) == ["line": 1, "character": 1])
    }

    @Test func `every line break counts once, and stays one scalar`() {
        let document = document("a\r\nb\rc\nd\u{2028}e\u{B}f\u{0}g")
        #expect(document.text.hasSuffix("\na \nb\nc\nd e f g"))
        #expect(document.position(of: 3) == ["line": 3, "character": 0])
        #expect(document.position(of: 5) == ["line": 4, "character": 0])
        #expect(document.position(of: 13) == ["line": 5, "character": 6])
    }

    @Test func `positions outside of the cell have no offset`() {
        let document = document("ab\nc")
        for (line, character) in [(0, 0), (1, 3), (2, 3), (3, 2), (4, 0), (-1, 0), (2, -1)] {
            #expect(document.offset(of: ["line": .int(line), "character": .int(character)]) == nil, "\(line):\(character)")
        }
        #expect(document.offset(of: nil) == nil)
        #expect(document.offset(of: ["line": "2"]) == nil)
    }

    @Test func `an offset comes back from its position`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("ab \t😀é\u{301}👩\u{200D}🚀\n\r\u{2028}\u{0}漢".unicodeScalars)
        for _ in 0..<300 {
            let scalars = (0..<Int.random(in: 0...30, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let document = document(String(String.UnicodeScalarView(scalars)), blankLines: Int.random(in: 0...1, using: &random))
            for offset in 0...scalars.count { #expect(document.offset(of: document.position(of: offset)) == offset, "seed \(seed), \(scalars)") }
        }
    }
}
