import ApusJSON
import NotebookFormat
import NotebookRunner
import Testing

@Suite struct ParameterTests {
    private let defaults = "let epochs = 30 // how often\nlet symbol: String = \"BTC\"\nvar rate = 1e-3\nfast = False\nlet flags = [1]"

    private func notebook() -> Notebook {
        var notebook = Notebook(code: "print first", defaults, "print last")
        notebook.cells[1].metadata["tags"] = ["parameters"]
        return notebook
    }

    private func parameters(_ pairs: (String, String)...) throws -> Parameters {
        var parameters = Parameters()
        for (name, text) in pairs { try parameters.set(name, text: text) }
        return parameters
    }

    @Test func `an injected cell follows the tagged one and is written in the cell language`() throws {
        var notebook = notebook()
        let given = try parameters(("epochs", "3"), ("symbol", "007"), ("rate", "-0.5"), ("fast", "true"), ("flags", "[1, 2.5, \"a\"]"))
        #expect(notebook.inject(given) == [])
        #expect(notebook.cells.map(\.tags) == [[], ["parameters"], ["injected-parameters"], []])
        let expected = "// Parameters\nlet epochs = 3\nlet symbol = \"007\"\nlet rate = -0.5\nlet fast = true\nlet flags = [1, 2.5, \"a\"]"
        #expect(notebook.cells[2].source == expected)
        #expect(notebook.cells[2].id == "injected-parameters")
    }

    @Test func `a cell that was injected before is replaced`() throws {
        var notebook = notebook()
        _ = notebook.inject(try parameters(("epochs", "3")))
        _ = notebook.inject(try parameters(("epochs", "4")))
        #expect(notebook.cells.count == 4)
        #expect(notebook.cells[2].source == "// Parameters\nlet epochs = 4")
    }

    @Test func `unknown names are told with the nearest one`() throws {
        var notebook = notebook()
        let warnings = notebook.inject(try parameters(("epoch", "3"), ("zzzzzzz", "1")))
        #expect(warnings.count == 2)
        #expect(warnings[0] == "unknown parameter 'epoch': did you mean 'epochs'?")
        #expect(warnings[1].contains("the notebook has epochs, symbol, rate, fast, flags"))
    }

    @Test func `without a tagged cell the parameters come first, with a warning`() throws {
        var notebook = Notebook(minorVersion: 4, cells: [.init(.code, source: "print a")])
        let warnings = notebook.inject(try parameters(("epochs", "3")))
        #expect(warnings.count == 1 && warnings[0].contains("no cell is tagged 'parameters'"))
        #expect(notebook.cells.map(\.source) == ["// Parameters\nlet epochs = 3", "print a"])
        #expect(notebook.cells[0].id == nil)
    }

    @Test func `without parameters nothing changes`() {
        var notebook = notebook()
        #expect(notebook.inject(Parameters()) == [] && notebook == self.notebook())
    }

    @Test(arguments: [
        ("3", "3"), ("-5", "-5"), ("1e-3", "0.001"), ("True", "true"), ("false", "false"), ("None", "nil"), ("15m", "\"15m\""), ("nan", "\"nan\""),
        ("0x10", "\"0x10\""), ("a \"b\" \\ \n\u{1F}é🐦", #""a \"b\" \\ \n\u{1f}é🐦""#), ("[1, [true]]", "[1, [true]]"), ("[1", "\"[1\""), ("", "\"\""),
    ])
    func `texts get the type that papermill gives them`(text: String, literal: String) throws {
        var notebook = notebook()
        _ = notebook.inject(try parameters(("new", text)))
        #expect(notebook.cells[2].source == "// Parameters\nlet new = \(literal)")
    }

    @Test(arguments: ["", "1a", "a b", "a-b", "a=b", "é.x"])
    func `a name that is none is refused`(name: String) {
        #expect(throws: ParameterError.self) { try parameters((name, "1")) }
    }

    @Test func `access tokens among the parameters are found`() throws {
        let token = "hf_" + String(repeating: "aB3", count: 11)
        var given = try parameters(("a", "x-\(token)"), ("b", "hf_short"), ("hub", "file:hub"), ("c", "hhf_"))
        try given.set("d", ["k": ["\(token)"]])
        #expect(given.namesOfTokens == ["a", "d"])
    }

    private func read(_ text: String) throws -> String {
        var parameters = Parameters()
        try parameters.read(text, file: "p")
        var notebook = Notebook(code: "")
        _ = notebook.inject(parameters)
        return String(notebook.cells[0].source.dropFirst("// Parameters\n".count))
    }

    @Test func `a JSON file sets parameters with their types`() throws {
        let text = #"{"epochs": 3, "name": "7", "ratio": 0.5, "list": [1, "a"], "table": {"k": true}, "none": null}"#
        let expected = "let epochs = 3\nlet name = \"7\"\nlet ratio = 0.5\nlet list = [1, \"a\"]\nlet table = [\"k\": true]\nlet none = nil"
        #expect(try read(text) == expected)
    }

    @Test func `a flat YAML file sets parameters with their types`() throws {
        let text = """
            ---
            # the run
            epochs: 3      # few
            hub: file:/tmp/hub#1
            quoted: "a # b\\n"
            single: 'it''s'
            ratio: 1e-3
            on: true
            nothing:
            list: [1, "a, b", c]
            symbols:
              - BTC
              - "ETH"
            """
        let expected = """
            let epochs = 3
            let hub = "file:/tmp/hub#1"
            let quoted = "a # b\\n"
            let single = "it's"
            let ratio = 0.001
            let on = true
            let nothing = nil
            let list = [1, "a, b", "c"]
            let symbols = ["BTC", "ETH"]
            """
        #expect(try read(text) == expected)
    }

    @Test(arguments: [
        ("{\"a\": ", "p: invalid JSON at byte 6"), ("a: 1\n  b: 2", "p:2: parameters cannot be nested"), ("a", "p:1: expected 'name: value'"),
        ("a: 1\na: 2", "p:2: 'a' is set twice"), ("a:1", "p:1: a space must follow"), ("- 1", "p:1: a list needs a name"),
        ("a: {b: 1}", "p:1: cannot read the value of 'a'"),
        ("a: \"x", "p:1: cannot read"), ("a: [1", "p:1: cannot read"), ("a b: 1", "p: 'a b' cannot be the name"),
        ("a:\n  - b: 1", "p:2: cannot read"),
        ("a: |", "p:1: cannot read"),
    ])
    func `a file that cannot be read says where`(text: String, expected: String) throws {
        let error = #expect(throws: ParameterError.self) { try read(text) }
        #expect(try #require(error).description.hasPrefix(expected))
    }
}
