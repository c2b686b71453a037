import ApusSession
import Foundation
import Testing

@Suite struct DocumentationTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `the guide to adding a magic shows code that is compiled and tested`() throws {
        let source = try String(contentsOf: root.appending(path: "Sources/ApusSession/Magics/Magic.swift"), encoding: .utf8)
        let block = source.split(separator: "\n").drop { $0 != "/// ```swift" }.dropFirst().prefix { $0 != "/// ```" }
        let guide = block.map { String($0.dropFirst(4)) }.filter { !$0.isEmpty }
        let compiled = try String(contentsOf: root.appending(path: "Tests/ApusSessionTests/Support/CountMagic.swift"), encoding: .utf8)
            .split(separator: "\n").map(String.init).drop { !$0.hasPrefix("struct") }
        #expect(guide.count > 20)
        #expect(guide == Array(compiled))
    }

    @Test func `the example of every magic can be run as it is shown`() {
        for magic in MagicCatalogue(probes).magics {
            let diagnostics = CellChecker(magics: probes, swift: { WordFinder(word: "nothing") }).check([magic.example]).filter {
                $0.name != "MissingPredecessor" && $0.name != "UnknownMagic"
            }
            #expect(diagnostics.isEmpty, "%%\(magic.name): \(diagnostics)")
        }
    }
}
