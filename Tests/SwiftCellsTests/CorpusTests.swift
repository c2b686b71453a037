import ApusSession
import Foundation
import SessionTestSupport
import Testing

/// Sequences of cells with what each must show, from the text files in `Corpus`: a sequence begins with `=== NAME`, cells are divided by
/// `---`, and their last lines say what is expected:
///
///     //? out: TEXT       printed to stdout (several lines make the whole text)
///     //? stderr: TEXT    printed to stderr, among other things
///     //? no stderr: TEXT not printed to stderr
///     //? result: TEXT    the value of the cell; nothing for none; `contains TEXT` for a part
///     //? shown: TEXT     a display that contains the text
///     //? error: NAME TEXT    the kind of error, and what its report contains
@Suite(.timeLimit(.minutes(10))) struct CorpusTests {
    @Test(arguments: try! Corpus.sequences()) func corpus(sequence: Corpus.Sequence) async {
        await Probe.withSession { session in
            for (number, cell) in sequence.cells.enumerated() {
                let (error, client) = await session.run(cell.code, executionCount: number + 1)
                for mistake in cell.mistakes(error, client) {
                    Issue.record("cell \(number + 1): \(mistake)\n\(cell.code)\n--\n\(error?.plainReport ?? "")\n\(client.stderr)")
                }
            }
        }
    }
}

enum Corpus {
    struct Sequence: Sendable, CustomTestStringConvertible {
        let name: String
        let cells: [Cell]
        var testDescription: String { name }
    }

    struct Cell: Sendable {
        let code: String
        let expectations: [(kind: String, text: String)]

        init(_ text: Substring) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            code = lines.filter { !$0.hasPrefix("//? ") }.joined(separator: "\n").trimmingCharacters(in: .newlines)
            expectations = lines.filter { $0.hasPrefix("//? ") }.map { line in
                let parts = line.dropFirst(4).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1].dropFirst()))
            }
        }

        /// What is not as expected.
        func mistakes(_ error: CellError?, _ client: RecordingClient) -> [String] {
            var mistakes: [String] = []
            func check(_ isRight: Bool, _ text: @autoclosure () -> String) { if !isRight { mistakes.append(text()) } }
            let texts = { (kind: String) in expectations.filter { $0.kind == kind }.map(\.text) }
            if let wanted = texts("error").first {
                let words = wanted.split(separator: " ", maxSplits: 1).map(String.init)
                check(error?.name == words[0], "the error is \(error?.name ?? "none"), not \(words[0])")
                if words.count > 1, let error { check((error.plainReport + error.message).contains(words[1]), "the report lacks '\(words[1])'") }
            } else {
                check(error == nil, "an error")
            }
            let out = texts("out").joined(separator: "\n")
            if !out.isEmpty { check(client.stdout.contains(out), "stdout is \(client.stdout.debugDescription)") }
            for text in texts("stderr") { check(client.stderr.contains(text), "stderr lacks '\(text)'") }
            for text in texts("no stderr") { check(!client.stderr.contains(text), "stderr has '\(text)': \(client.stderr)") }
            for text in texts("shown") {
                check((client.displayedTexts + [client.stdout]).contains { $0.contains(text) }, "'\(text)' is not among \(client.displayedTexts)")
            }
            for text in texts("result") {
                if text.hasPrefix("contains ") {
                    check(client.result?.contains(text.dropFirst(9)) == true, "the result is \(client.result?.prefix(200) ?? "none")")
                } else {
                    check(client.result ?? "" == text, "the result is \(client.result ?? "none"), not \(text)")
                }
            }
            return mistakes
        }
    }

    static func sequences() throws -> [Sequence] {
        let folder = try #require(Bundle.module.url(forResource: "Corpus", withExtension: nil))
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap { file in
            ("\n" + (try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8))).components(separatedBy: "\n=== ").dropFirst().map
            { text in
                let end = text.firstIndex(of: "\n") ?? text.endIndex
                return Sequence(
                    name: "\(file): \(text[..<end])", cells: text[end...].components(separatedBy: "\n---\n").map { Cell(Substring($0)) })
            }
        }
    }
}
