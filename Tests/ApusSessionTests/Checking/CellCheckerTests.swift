import ApusJSON
import ApusSession
import Testing

@Suite struct CellCheckerTests {
    private func check(_ cells: String...) -> [String] {
        CellChecker(magics: probes).check(cells).map {
            "\($0.cell):\($0.position.line):\($0.position.column): \($0.severity): \($0.name): \($0.message)"
        }
    }

    @Test func `a sound notebook has no diagnostics`() {
        #expect(check("# notes", "let e = 5", "%%make\nDense(4)", "%grow", "%%time\n%%probe --epochs {e}", "%who", "%probe?").isEmpty)
    }

    @Test func `every mistake of a cell is reported, not the first alone`() {
        #expect(
            check("%%probe --epocks 5 --optimizer adm\n--verbose=x --rate") == [
                "0:1:9: error: UnknownOption: %%probe has no option `--epocks`",
                "0:1:32: error: InvalidValue: `adm` is not a value for `--optimizer`",
                "0:2:11: error: InvalidValue: `--verbose` takes true or false, not `x`",
                "0:2:13: error: MissingValue: `--rate` needs a value",
            ])
    }

    @Test func `a parameter cell with a mistake is reported once, not at every parameter it would have set`() {
        #expect(
            check("let e = 5\nlet f = five", "%%probe --epochs {e} --rate {f}") == [
                "0:2:9: error: SwiftCellsUnavailable: `five` is not a literal, so this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
            ])
    }

    @Test func `the words of one value are reported once`() {
        #expect(
            check("%%probe --epochs 1, 2, 3 --verbose=x") == [
                "0:1:21: error: UnexpectedValue: %%probe takes no value here, found `2,`",
                "0:1:36: error: InvalidValue: `--verbose` takes true or false, not `x`",
            ])
    }

    @Test func `names, values and options are checked as when they run`() {
        #expect(
            check("%%prob", "%%probe --epochs 0", "%%probe --epochs {none}", "print(1)", "let x = [1", "%nothing?") == [
                "0:1:1: error: UnknownMagic: there is no magic `%%prob`",
                "1:1:18: error: InvalidOptions: --epochs must be positive, and is 0",
                "2:1:18: error: UnknownParameter: there is no parameter `none`",
                "3:1:1: error: SwiftCellsUnavailable: this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`",
                "4:1:9: error: UnclosedBracket: this `[` is never closed",
                "5:1:1: error: UnknownMagic: there is no magic `%nothing`",
            ])
    }

    @Test func `a missing predecessor is reported once, and reset removes them`() {
        #expect(
            check("%grow", "%time %grow", "%%make\nDense(4)", "%grow", "%reset", "%grow") == [
                "0:1:1: error: MissingPredecessor: %%grow needs the model that %%make leaves, and there is none yet"
            ])
        #expect(check("%%make\nDense(4)", "%reset", "%grow").count == 1)
    }

    @Test func `a body is checked by its magic, at its place in the cell`() {
        #expect(check("let x = 1", "%%make\n\nDense(4)\n  Dens(4)", "%grow") == ["1:4:3: error: UnknownLayer: there is no layer `Dens`"])
    }

    @Test func `the last value of a parameter counts`() {
        #expect(
            check("let e = 5", "let e = 0", "%%probe --epochs {e}") == ["2:1:18: error: InvalidOptions: --epochs must be positive, and is 0"])
    }

    @Test func `where Swift runs, its cells are compiled in their order, and parameters after them may be anything`() {
        let checker = CellChecker(magics: probes, swift: { WordFinder(word: "wrong") })
        #expect(checker.check(["func f() {}", "let x = 1 + 1", "let text = \"\"\"\n    a\n    \"\"\"", "%probe --epochs {hidden}"]).isEmpty)
        #expect(checker.check(["%who\nfunc f() {}"]).map(\.message).first?.contains("not both") == true)
        #expect(
            checker.check(["let a = 1", "f()\n  wrong()", "%%time\nwrong()"]).map { "\($0.cell) \($0.position): \($0.message)" } == [
                "1 line 2, column 3: 1 cells with [\"a\"]", "2 line 2, column 1: 2 cells with [\"a\"]",
            ])
        #expect(checker.check(["wrong()"]).first?.message == "1 cells with []", "each notebook begins anew")
    }
}

/// Finds a word in Swift code.
final class WordFinder: SwiftCellChecking {
    private let word: String
    private var count = 0

    init(word: String) { self.word = word }

    func use(_ path: String) throws {}

    func check(_ source: CellSource, parameters: [String: JSON]) -> [CellMistake] {
        count += 1
        guard let range = source.text.range(of: word) else { return [] }
        let start = source.text[..<range.lowerBound].unicodeScalars.count
        return [CellMistake("CompileError", "\(count) cells with \(parameters.keys.sorted())", at: start..<start + word.count)]
    }
}
