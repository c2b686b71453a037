import ApusSession
import SessionTestSupport
import Testing

@Suite struct ParameterCellTests {
    /// What the parameter `x` is after the cell, as the session shows it, or the error.
    private func value(after code: String) async -> String {
        let session = CellSession(magics: [])
        let reply = await session.execute(CellRequest(code, userExpressions: ["x": "x"]), client: RecordingClient())
        switch reply.userExpressions["x"] {
        case .value(let bundle)?: return bundle.text ?? ""
        case .error(let error)?: return error.name
        case nil: return reply.error.map { "\($0.name) \($0.message)" } ?? ""
        }
    }

    @Test(arguments: [
        ("let x = 5", "5"), ("var x=-5 // five", "-5"), ("let x: Int = 1_000", "1000"), ("let x = 0xFF", "255"), ("x = 0b101", "5"),
        ("let x: Double = 5", "5.0"), ("let x: Float = 1e-3", "0.001"), ("let x = .5", "0.5"), ("let x = 5.", "5.0"), ("x = 1e-05", "1e-05"),
        ("let x = true", "true"), ("x = False", "false"), ("x = None", "nil"), ("let x: Int? = nil", "nil"),
        ("x = float('nan')", "nan"), ("x = float('-inf')", "-inf"), ("let x = -Double.infinity", "-inf"), ("let x: Double = .nan", "nan"),
        ("let x = \"a\\n\\\"b\\\"\\u{1F600}\"", "\"a\\n\\\"b\\\"😀\""), ("x = 'it\\'s'", "\"it's\""), ("x = \"\\u00e9\\x41\"", "\"éA\""),
        ("x = \"\\ud83d\\ude00\"", "\"😀\""), ("x = \"\\U0001F600\"", "\"😀\""), ("x = \"\\ud83d\"", "\"\u{FFFD}\""),
        ("let x = [1, 2,\n  3, // three\n]", "[1, 2, 3]"), ("let x: [Double] = [1, 2.5]", "[1.0, 2.5]"), ("let x: [String] = []", "[]"),
        ("let x = [\"a\": 1, \"b\": [true]]", "[\"a\": 1, \"b\": [true]]"), ("let x = [:]", "[:]"), ("x = {\"a\": None}", "[\"a\": nil]"),
        ("x = {}", "[:]"),
        ("let y = 1; let x = 2;", "2"), ("# Parameters\nx = 7\n", "7"), ("/* a /* b */ */ let x =\n 7", "7"), ("let größe = 1\nlet x = 2", "2"),
        ("let x = 1\nlet x = \"later\"", "\"later\""),
    ]) func `literals of Swift and of papermill are read`(code: String, expected: String) async {
        #expect(await value(after: code) == expected)
    }

    @Test(arguments: [
        ("let x = \"abc", "UnclosedQuote line 1, column 9: this quote is never closed"),
        ("let x = [1,\n 2", "UnclosedBracket line 1, column 9: this `[` is never closed"),
        ("/* open", "UnclosedComment line 1, column 1: this comment has no closing `*/`"),
        ("let x =", "InvalidParameter line 1, column 8: a value is missing here"),
        ("let x = \"👩‍🚀e\u{301}\\q\"", "InvalidParameter line 1, column 15: `\\q` is not an escape"),
        ("let x = 12abc", "InvalidParameter line 1, column 9: `12abc` is not a number that can be held"),
        ("x = 99999999999999999999999", "0"),
        ("let x = 1e999", "InvalidParameter line 1, column 9: `1e999` is not a number that can be held"),
        ("let x: Int = 1.5", "WrongType line 1, column 14: the parameter is declared as an integer, and `1.5` is not"),
        ("let x: [Bool] = [1]", "WrongType line 1, column 17: the parameter is declared as an array, and `[1]` is not"),
        ("let x = \"\"\"\na\n\"\"\"", "InvalidParameter line 1, column 9: a string of several lines cannot be a parameter"),
        ("let x = [1: 2, 3]", "InvalidParameter line 1, column 16: a `:` and a value must follow this key"),
    ]) func `mistakes in literals have a place`(code: String, expected: String) async {
        let result = await value(after: code)
        if expected == "0" { #expect(result == "1e+23") } else { #expect(result == expected) }
    }

    @Test(arguments: [
        (
            "let x = 5\nlet y = x + 1",
            "line 2, column 9: `x + 1` is not a literal, so this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
        ),
        (
            "let x = 5 + 1",
            "line 1, column 11: `+ 1` follows the literal `5`, so this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
        ),
        (
            "let x = \"\\(y)\"",
            "line 1, column 10: a string with `\\(...)` is not a literal, so this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
        ),
        (
            "import Foundation",
            "line 1, column 1: this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
        ),
        (
            "%who\nprint(1)",
            "line 2, column 1: this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
        ),
        (
            "let x: MyType = 5",
            "line 1, column 1: this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
        ),
    ]) func `everything else is Swift, which says so plainly`(code: String, message: String) async {
        let error = await CellSession(magics: [CountMagic.self]).run(code).error
        #expect(error?.name == "SwiftCellsUnavailable")
        #expect(error?.message == message)
        #expect(error?.plainReport.contains("%%count %%lsmagic %%who") == true)
    }

    @Test(arguments: ["", "  \n\t\n", "// nothing", "# nothing\n/* at all */", ";"]) func `a cell without statements is fine`(code: String) async {
        let (error, client) = await CellSession(magics: []).run(code)
        #expect(error == nil)
        #expect(client.events.isEmpty)
    }
}
