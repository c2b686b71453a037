/// Splits the options of a magic into words.
///
/// White space separates words, `"..."` and `'...'` join them, a word that begins with `#` or `//` starts a comment, a backslash
/// at the end of a line is white space as shells have it. `{name}` stands for a parameter, except in single quotes; `{{` and `}}`
/// stand for a brace.
struct OptionScanner {
    private(set) var cursor: ScalarCursor
    /// Stop at the first line that is neither blank, nor a comment, nor begins with an option: there a body begins.
    let stopsAtBody: Bool
    /// Whether the options may go on over further lines.
    let canContinue: Bool
    /// The magic whose options these are, for messages.
    let magic: String

    init(_ cursor: ScalarCursor, stopsAtBody: Bool, canContinue: Bool, magic: String) {
        self.cursor = cursor
        self.stopsAtBody = stopsAtBody
        self.canContinue = canContinue
        self.magic = magic
    }

    mutating func scan() throws(CellMistake) -> [CellToken] {
        var tokens: [CellToken] = []
        var isAtLineStart = false
        while let scalar = cursor.current {
            if scalar.isLineBreak {
                isAtLineStart = true
                cursor.offset += 1
            } else if scalar.isBlank || isContinuation {
                cursor.offset += 1
            } else if scalar == "#" || cursor.starts(with: "//") {
                cursor.skipLine()
            } else if isAtLineStart, stopsAtBody, scalar != "-" {
                rewindToLineStart()
                return tokens
            } else {
                if isAtLineStart, scalar == "%" { throw magicAmongOptions() }
                isAtLineStart = false
                tokens.append(try scanToken())
            }
        }
        return tokens
    }

    private var isContinuation: Bool { cursor.current == "\\" && (cursor.peek(1)?.isLineBreak ?? false) }

    private mutating func rewindToLineStart() {
        while cursor.offset > 0, cursor.source.scalars[cursor.offset - 1].isBlank { cursor.offset -= 1 }
    }

    private func magicAmongOptions() -> CellMistake {
        var rest = cursor
        let word = rest.take { !$0.isSpace }
        return CellMistake(
            "MisplacedMagic", "`\(cursor.source[word])` stands among the options of \(magic)", at: word,
            hint: "give it a cell of its own")
    }

    private mutating func scanToken() throws(CellMistake) -> CellToken {
        let start = cursor.offset
        guard cursor.current == "-", let next = cursor.peek(1), next == "-" || next.isASCIILetter else {
            return CellToken(value: try scanValue())
        }
        let name = cursor.take { !$0.isSpace && $0 != "=" && $0 != "{" && $0 != "\"" && $0 != "'" }
        if let scalar = cursor.current, !scalar.isSpace, scalar != "=" {
            throw CellMistake(
                "InvalidOption", "`\(scalar)` cannot stand in the name of an option", at: cursor.offset..<cursor.offset + 1,
                hint: "write `\(cursor.source[name]) value` or `\(cursor.source[name])=value`; parameters and quotes belong in the value")
        }
        let option = CellToken.Option(text: cursor.source[start..<name.upperBound], range: start..<name.upperBound)
        guard cursor.current == "=" else { return CellToken(option: option) }
        cursor.offset += 1
        return CellToken(option: option, value: try scanValue())
    }

    private mutating func scanValue() throws(CellMistake) -> CellToken.Value {
        let start = cursor.offset
        var pieces = PieceBuilder()
        while let scalar = cursor.current, !scalar.isSpace {
            switch scalar {
            case "\"", "'": try scanQuoted(by: scalar, into: &pieces)
            case "{", "}": try scanBrace(into: &pieces)
            default:
                pieces.append(scalar)
                cursor.offset += 1
            }
        }
        return CellToken.Value(pieces: pieces.finished, range: start..<cursor.offset)
    }

    private mutating func scanQuoted(by quote: Unicode.Scalar, into pieces: inout PieceBuilder) throws(CellMistake) {
        let start = cursor.offset
        cursor.offset += 1
        while let scalar = cursor.current {
            if scalar == quote {
                cursor.offset += 1
                return
            }
            if quote == "\"", scalar == "{" || scalar == "}" {
                try scanBrace(into: &pieces)
            } else {
                pieces.append(scalar)
                cursor.offset += 1
            }
        }
        throw CellMistake("UnclosedQuote", "this quote is never closed", at: start..<start + 1, hint: "close it with another \(quote)")
            .unfinished(canContinue)
    }

    private mutating func scanBrace(into pieces: inout PieceBuilder) throws(CellMistake) {
        let start = cursor.offset
        guard let brace = cursor.current else { return }
        if cursor.peek(1) == brace {
            pieces.append(brace)
            cursor.offset += 2
            return
        }
        let escape = "write `\(brace)\(brace)` for a brace that is meant as such, or put the value in single quotes"
        guard brace == "{" else { throw CellMistake("UnmatchedBrace", "this `}` closes nothing", at: start..<start + 1, hint: escape) }
        cursor.offset += 1
        cursor.skip { $0.isBlank }
        let name = cursor.take { $0.isNamePart }
        cursor.skip { $0.isBlank }
        guard cursor.current == "}", !name.isEmpty else {
            throw CellMistake(
                "UnmatchedBrace", "`{` begins the name of a parameter, such as `{epochs}`, and none follows",
                at: start..<max(start + 1, name.upperBound),
                hint: escape)
        }
        cursor.offset += 1
        pieces.append(parameter: cursor.source[name], at: start..<cursor.offset)
    }
}

/// Joins neighbouring text.
private struct PieceBuilder {
    private var pieces: [CellToken.Piece] = []
    private var text = String.UnicodeScalarView()

    mutating func append(_ scalar: Unicode.Scalar) { text.append(scalar) }

    mutating func append(parameter name: String, at range: Range<Int>) {
        flush()
        pieces.append(.parameter(name, range))
    }

    private mutating func flush() {
        guard !text.isEmpty else { return }
        pieces.append(.text(String(text)))
        text = String.UnicodeScalarView()
    }

    var finished: [CellToken.Piece] {
        var copy = self
        copy.flush()
        return copy.pieces
    }
}
