import ApusJSON
import ApusSession
import Testing

import SwiftAssistance

@Suite struct InspectionReadingTests {
    @Test func `a declaration and its documentation, as Markdown and as text`() {
        let markdown = "```swift\nfunc increment(_ n: Int) -> Int\n```\n\nAdds one.\n\n- Parameter n: A number.\n"
        let bundle = InspectionReading.hover(["contents": ["kind": "markdown", "value": .string("## Multiple results\n\n" + markdown)]])
        #expect(bundle?.data["text/markdown"]?.string == String(markdown.dropLast()))
        #expect(bundle?.text == "func increment(_ n: Int) -> Int\n\nAdds one.\n\n- Parameter n: A number.")
        #expect(InspectionReading.hover(["contents": "plain"])?.text == "plain")
    }

    @Test func `the functions that a call may mean, the likeliest first`() {
        let bundle = InspectionReading.signatures([
            "signatures": [
                ["label": "f(_ a: Int)", "documentation": ["kind": "markdown", "value": "One."]], ["label": "f(b: Int)", "documentation": "Two."],
                ["label": "f()"], [:],
            ], "activeSignature": 1,
        ])
        #expect(bundle?.text?.split(separator: "\n").joined(separator: "|") == "f(b: Int)|Two.|---|f(_ a: Int)|One.|---|f()")
    }

    @Test func `nothing is known about nothing`() {
        for answer: JSON in [nil, [:], ["contents": nil], ["contents": ["value": " \n"]], ["contents": 1], ["signatures": []], ["signatures": 1]] {
            #expect(InspectionReading.hover(answer) == nil)
            #expect(InspectionReading.signatures(answer) == nil)
        }
    }

    @Test(arguments: [
        ("na|me", 0, 2), ("|name", 0, 0), ("name|", 0, 4), ("a.na|me + 1", 2, 4), ("f(|", nil, 2), ("f|(1)", 0, 2), ("f(x|", 2, 3),
        ("f(4|2)", nil, 3),
        ("", nil, 0), ("😀|", 0, 1), ("a + |", nil, 4), ("$0.fi|rst", 3, 5), ("x1|", 0, 2),
    ]) func `the word of a place, and where its call's arguments are`(code: String, word: Int?, call: Int) {
        let scalars = Array(code.unicodeScalars)
        let cursor = scalars.firstIndex(of: "|") ?? 0
        let place = InspectedPlace(CellSource(code.replacing("|", with: "")), cursor: cursor)
        #expect(place.word == word)
        #expect(place.call == call)
    }
}
