import ApusNN
import Testing

@Suite struct DescriptionParserTests {
    private static let layers =
        "LSTM, GRU, Dense, Dropout, LayerNorm, PositionalEncoding, MultiHeadAttention, TransformerEncoder, GlobalAveragePooling, Head"

    private func mistake(in text: String) -> DescriptionError? {
        do throws(DescriptionError) {
            _ = try ModelDescription(parsing: text)
            return nil
        } catch { return error }
    }

    @Test func `comments, line breaks, underscores and exponents are as in Swift`() throws {
        let description = try ModelDescription(
            parsing: """
                // trunk
                LSTM(1_28, /* all
                  steps */ returnsSequences: true)
                Dropout(2e-1); LSTM(
                    32
                )
                Head("a \\"b\\" é", loss: .meanSquaredError, weight: 2, outputBias: .targetMean) { Dense(1) }
                """)
        let expected = ModelDescription {
            LSTM(128, returnsSequences: true)
            Dropout(0.2)
            LSTM(32)
            Head("a \"b\" é", loss: .meanSquaredError, weight: 2.0, outputBias: .targetMean) { Dense(1) }
        }
        #expect(description == expected)
        #expect(try ModelDescription(parsing: description.body) == expected)
    }

    @Test(arguments: [
        ("LTSM(4)", "1:1", 4, "unknown layer LTSM; did you mean LSTM?"),
        ("Conv1D(4)", "1:1", 6, "unknown layer Conv1D; known are \(layers)"),
        ("LSTM(4, returnSequences: true)", "1:9", 15, "LSTM has no argument returnSequences:; did you mean returnsSequences:?"),
        ("LSTM(units: 4)", "1:6", 5, "units is written without its label: LSTM(64, returnsSequences: true)"),
        ("LSTM(64 returnsSequences: true)", "1:9", 16, "a comma is missing before 'returnsSequences'"),
        ("LSTM(64\nDense(3)", "1:5", 1, "this ( has no matching )"),
        ("Dense(3, activation: .rleu)", "1:22", 5, "activation of Dense cannot be .rleu; did you mean .relu?"),
        ("Dense(3, activation: relu)", "1:22", 4, "write .relu, with a dot"),
        ("LSTM(4, returnsSequences: True)", "1:27", 4, "write true, as in Swift"),
        ("LSTM()", "1:1", 4, "LSTM needs the argument units, size of the state; for example LSTM(64, returnsSequences: true)"),
        ("LSTM(0)", "1:6", 1, "units of LSTM is an integer from 1 to 65536, not 0"),
        ("LSTM(-3)", "1:6", 2, "units of LSTM is an integer from 1 to 65536, not -3"),
        ("Dropout(1.0)", "1:9", 3, "rate of Dropout is a number from 0.0 to below 1.0, not 1.0"),
        ("LSTM(4, 5)", "1:9", 1, "this value needs a label: returnsSequences: or initialization:"),
        ("Dropout(0.1, 0.2)", "1:14", 3, "Dropout takes no more arguments"),
        ("LSTM(4, returnsSequences: true, returnsSequences: false)", "1:33", 16, "returnsSequences: is given twice"),
        ("LSTM(4,)", "1:7", 1, "an argument is missing behind this comma"),
        ("LSTM(4) {", "1:9", 1, "LSTM takes no braces; only Head does"),
        ("LSTM 4", "1:6", 1, "LSTM needs its arguments in parentheses: LSTM(64, returnsSequences: true)"),
        ("Head(\"a\", loss: .meanSquaredError)", "1:35", 1, "Head(…) is followed by its layers in braces, { … }, not by the end of the text"),
        ("Head(\"a\", loss: .meanSquaredError) {\n  Dense(1)\n", "1:36", 1, "this { has no matching }"),
        ("Head(\"a\", loss: .meanSquaredError) { }", "1:1", 4, "this Head has no layers; put at least a Dense layer between its braces"),
        ("Head(\"a\", weight: 1.0, loss: .crossEntropy) { Dense(1) }", "1:24", 4, "loss: comes before weight:"),
        (
            "Head(\"a\", loss: .mse) { Dense(1) }", "1:17", 4,
            "loss of Head cannot be .mse; known are .crossEntropy, .binaryCrossEntropy, .meanSquaredError"
        ),
        ("Head(\"a", "1:6", 2, "this text has no end; close it with \" on the same line"),
        ("Head(\"a\", loss: .crossEntropy) { Head(\"b\", loss: .crossEntropy) { Dense(2) } }", "1:34", 4, "Head cannot stand inside Head"),
        ("Dense(3)\n/* never", "2:1", 2, "this comment has no end; close it with */"),
        ("Dense(3)\n  }", "2:3", 1, "expected a layer (\(layers)), found '}'"),
        ("Dense(3) @", "1:10", 1, "'@' has no meaning here; a body is a list of calls such as LSTM(64, returnsSequences: true)"),
        ("Dense(99999999999999999999)", "1:7", 20, "units of Dense is an integer from 1 to 65536, not 1e+20"),
    ])
    func `mistakes are reported at their place with the way out`(text: String, position: String, length: Int, message: String) throws {
        let error = try #require(mistake(in: text))
        #expect(error.message == message)
        #expect(error.position.description == position)
        #expect(error.length == length)
    }

    @Test func `shape errors point at the layer in the text`() throws {
        let description = try ModelDescription(parsing: "LSTM(8)\n  LSTM(4)\nHead(\"a\", loss: .crossEntropy) {\n    Dense(3)\n}\n")
        let first = #expect(throws: ModelError.self) { try Model(description, inputShape: [5, 2], seed: 1) }
        #expect(first?.position == SourcePosition(line: 2, column: 3))
        let fixed = try ModelDescription(parsing: "LSTM(8)\nHead(\"a\", loss: .crossEntropy) {\n    Dense(3)\n}\n")
        let second = #expect(throws: ModelError.self) { try Model(fixed, inputShape: [5, 2], seed: 1) }
        #expect(second?.position == SourcePosition(line: 3, column: 5))
    }

    /// Every prefix of a valid text and every text with one scalar removed parses or is refused; nothing traps or hangs.
    @Test func `damaged texts never trap`() {
        let text = Array(Recipe.multiTaskLSTM.body.unicodeScalars)
        var refused = 0
        for index in text.indices {
            var (prefix, gap) = (String.UnicodeScalarView(), String.UnicodeScalarView())
            prefix.append(contentsOf: text[..<index])
            gap.append(contentsOf: text[..<index] + text[(index + 1)...])
            for damaged in [String(prefix), String(gap)] where mistake(in: damaged) != nil { refused += 1 }
        }
        #expect(refused > text.count)
    }

    @Test func `examples of the catalogue parse and calls print as they are written`() throws {
        for signature in LayerCatalogue.signatures {
            let description = try ModelDescription(parsing: signature.example)
            #expect(description.elements.count == 1)
        }
        #expect(LSTM(64, returnsSequences: true).call == "LSTM(64, returnsSequences: true)")
        #expect(Dense(4).call == "Dense(4)")
        #expect(LSTM.signature.prototype == "LSTM(units, returnsSequences: false, initialization: .keras)")
        #expect(Head.signature.prototype == "Head(name, loss: …, weight: 1.0, positiveWeight: 1.0, outputBias: .zero) { … }")
    }
}
