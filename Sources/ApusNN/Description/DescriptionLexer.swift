/// A word of the layer language with its place.
struct DescriptionToken: Equatable {
    enum Kind: Equatable {
        case identifier(String)
        case integer(Int)
        case number(Double)
        case text(String)
        /// One of `( ) { } , : . -`
        case symbol(Character)
        case end
    }
    var kind: Kind
    var position: SourcePosition
    var length: Int

    /// The token as an error message names it.
    var name: String {
        switch kind {
        case .identifier(let name): "'\(name)'"
        case .integer(let value): "'\(value)'"
        case .number(let value): "'\(value)'"
        case .text(let text): "\"\(text)\""
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end of the text"
        }
    }
}

/// Cuts a text into tokens; `//` and `/* */` comments and white space separate them.
struct DescriptionLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var position = SourcePosition(line: 1, column: 1)

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    static func tokens(_ text: String) throws(DescriptionError) -> [DescriptionToken] {
        var lexer = DescriptionLexer(text)
        var tokens: [DescriptionToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    private var following: Unicode.Scalar? { index + 1 < scalars.count ? scalars[index + 1] : nil }

    private mutating func advance() {
        if scalars[index] == "\n" {
            position = SourcePosition(line: position.line + 1, column: 1)
        } else {
            position.column += 1
        }
        index += 1
    }

    private mutating func take(while condition: (Unicode.Scalar) -> Bool) -> String {
        var text = ""
        while let scalar = current, condition(scalar) {
            text.unicodeScalars.append(scalar)
            advance()
        }
        return text
    }

    private mutating func next() throws(DescriptionError) -> DescriptionToken {
        try skipSpace()
        let start = (position, index)
        func token(_ kind: DescriptionToken.Kind) -> DescriptionToken {
            DescriptionToken(kind: kind, position: start.0, length: max(1, index - start.1))
        }
        guard let scalar = current else { return token(.end) }
        if scalar.properties.isXIDStart || scalar == "_" {
            let name = take { $0.properties.isXIDContinue || $0 == "_" }
            return token(.identifier(name))
        }
        if Self.isDigit(scalar) {
            let kind = try number(start.0)
            return token(kind)
        }
        if scalar == "\"" {
            let kind = try text(start.0)
            return token(kind)
        }
        if "(){},:.-".unicodeScalars.contains(scalar) {
            advance()
            return token(.symbol(Character(scalar)))
        }
        throw DescriptionError(
            code: .unexpectedCharacter,
            message: "'\(scalar)' has no meaning here; a body is a list of calls such as LSTM(64, returnsSequences: true)", position: start.0,
            length: 1)
    }

    private mutating func skipSpace() throws(DescriptionError) {
        while let scalar = current {
            if scalar.properties.isWhitespace || scalar == ";" {
                advance()
            } else if scalar == "/" && following == "/" {
                _ = take { $0 != "\n" }
            } else if scalar == "/" && following == "*" {
                let start = position
                advance()
                advance()
                while !(current == "*" && following == "/") {
                    if current == nil {
                        throw DescriptionError(code: .unclosedText, message: "this comment has no end; close it with */", position: start, length: 2)
                    }
                    advance()
                }
                advance()
                advance()
            } else {
                return
            }
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }

    private mutating func number(_ start: SourcePosition) throws(DescriptionError) -> DescriptionToken.Kind {
        var text = take { Self.isDigit($0) || $0 == "_" }
        var isInteger = true
        if current == ".", let digit = following, Self.isDigit(digit) {
            isInteger = false
            advance()
            text += "." + take { Self.isDigit($0) || $0 == "_" }
        }
        if current == "e" || current == "E" {
            isInteger = false
            advance()
            text += "e"
            if let sign = current, sign == "-" || sign == "+" {
                text.unicodeScalars.append(sign)
                advance()
            }
            text += take(while: Self.isDigit)
        }
        text.removeAll { $0 == "_" }
        if isInteger, let value = Int(text) { return .integer(value) }
        if let value = Double(text), value.isFinite { return .number(value) }
        throw DescriptionError(code: .invalidValue, message: "'\(text)' is not a number this can hold", position: start, length: text.count)
    }

    private mutating func text(_ start: SourcePosition) throws(DescriptionError) -> DescriptionToken.Kind {
        advance()
        var text = ""
        while let scalar = current, scalar != "\n" {
            advance()
            if scalar == "\"" { return .text(text) }
            if scalar == "\\", let escaped = current, escaped == "\"" || escaped == "\\" {
                text.unicodeScalars.append(escaped)
                advance()
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        throw DescriptionError(
            code: .unclosedText, message: "this text has no end; close it with \" on the same line", position: start,
            length: max(1, position.column - start.column))
    }
}
