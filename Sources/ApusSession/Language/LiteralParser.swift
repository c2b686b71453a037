import ApusJSON

/// Reads one literal as Swift or Python writes it: numbers, strings, truth values, `nil`/`None`, arrays and dictionaries of those.
struct LiteralParser {
    private(set) var cursor: ScalarCursor
    private var depth = 0

    /// Deeper nesting is refused before it can exhaust the stack.
    private static let deepestNesting = 64

    init(_ cursor: ScalarCursor) { self.cursor = cursor }

    mutating func parse() throws(ParsingEnd) -> JSON {
        switch cursor.current {
        case "\"", "'": return .string(try parseString())
        case "[": return try parseBrackets(closing: "]")
        case "{": return try parseBrackets(closing: "}")
        case "+", "-", ".": return try parseSignedNumber()
        case let scalar? where scalar.isDigit: return try parseNumber(from: cursor.offset, isNegative: false)
        case let scalar? where scalar.isNameStart: return try parseWord()
        default: throw notLiteral()
        }
    }

    // MARK: Words and numbers

    private mutating func parseWord() throws(ParsingEnd) -> JSON {
        let start = cursor.offset
        let word = cursor.take { $0.isNamePart || $0 == "." }
        switch cursor.source[word] {
        case "true", "True": return true
        case "false", "False": return false
        case "nil", "None": return nil
        case "Double.nan", "Float.nan": return .double(.nan)
        case "Double.infinity", "Float.infinity": return .double(.infinity)
        case "float": if let value = takeFloatCall() { return .double(value) }
        default: break
        }
        cursor.offset = start
        throw notLiteral()
    }

    /// `float('nan')`, `float("-inf")`: how papermill writes what Python has no literal for.
    private mutating func takeFloatCall() -> Double? {
        for (name, value) in [("nan", Double.nan), ("inf", .infinity), ("-inf", -.infinity)] {
            for quote in ["'", "\""] {
                let call = "(\(quote)\(name)\(quote))"
                guard cursor.starts(with: call) else { continue }
                cursor.offset += call.unicodeScalars.count
                return value
            }
        }
        return nil
    }

    private mutating func parseSignedNumber() throws(ParsingEnd) -> JSON {
        let start = cursor.offset
        let isNegative = cursor.current == "-"
        if cursor.current != "." { cursor.offset += 1 }
        for (name, value) in [(".nan", Double.nan), (".infinity", .infinity), ("Double.infinity", .infinity)] where cursor.starts(with: name) {
            cursor.offset += name.unicodeScalars.count
            return .double(isNegative ? -value : value)
        }
        guard let scalar = cursor.current, scalar.isDigit || (scalar == "." && cursor.peek(1)?.isDigit ?? false) else {
            cursor.offset = start
            throw notLiteral()
        }
        return try parseNumber(from: start, isNegative: isNegative)
    }

    private mutating func parseNumber(from start: Int, isNegative: Bool) throws(ParsingEnd) -> JSON {
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where cursor.starts(with: prefix) {
            cursor.offset += 2
            let digits = cursor.source[cursor.take { $0.isNamePart }].filter { $0 != "_" }
            guard let value = Int((isNegative ? "-" : "") + digits, radix: radix) else { throw invalidNumber(start) }
            return .int(value)
        }
        var isInteger = true
        cursor.skip { $0.isDigit || $0 == "_" }
        if cursor.current == ".", cursor.peek(1)?.isDigit ?? true || !(cursor.peek(1)?.isNamePart ?? false) {
            isInteger = false
            cursor.offset += 1
            cursor.skip { $0.isDigit || $0 == "_" }
        }
        if cursor.current == "e" || cursor.current == "E" {
            isInteger = false
            cursor.offset += 1
            if cursor.current == "+" || cursor.current == "-" { cursor.offset += 1 }
            cursor.skip { $0.isDigit || $0 == "_" }
        }
        guard !(cursor.current?.isNamePart ?? false) else {
            cursor.skip { $0.isNamePart }
            throw invalidNumber(start)
        }
        var text = cursor.source[start..<cursor.offset].filter { $0 != "_" && $0 != "+" }
        if isInteger, let value = Int(text) { return .int(value) }
        if text.hasSuffix(".") { text += "0" }
        guard let value = Double(text), value.isFinite else { throw invalidNumber(start) }
        return .double(value)
    }

    private func invalidNumber(_ start: Int) -> ParsingEnd {
        let range = start..<max(start + 1, cursor.offset)
        return mistake("`\(cursor.source[range])` is not a number that can be held", at: range)
    }

    // MARK: Arrays and dictionaries

    /// `[1, 2]`, `["a": 1]`, `[:]`, and Python's `{"a": 1}`.
    private mutating func parseBrackets(closing: Unicode.Scalar) throws(ParsingEnd) -> JSON {
        let start = cursor.offset
        depth += 1
        defer { depth -= 1 }
        guard depth <= LiteralParser.deepestNesting else {
            throw mistake("literals nest deeper than \(LiteralParser.deepestNesting) levels", at: start..<start + 1)
        }
        cursor.offset += 1
        var elements: [JSON] = []
        var members = JSONObject()
        var isDictionary = closing == "}"
        try skipSpace()
        if closing == "]", cursor.current == ":" {
            isDictionary = true
            cursor.offset += 1
            try skipSpace()
        }
        while cursor.current != closing {
            guard !cursor.isAtEnd else { throw unclosed(start, closing) }
            let elementStart = cursor.offset
            let element = try parse()
            let elementRange = elementStart..<cursor.offset
            try skipSpace()
            if cursor.current == ":", isDictionary || elements.isEmpty {
                isDictionary = true
                cursor.offset += 1
                try skipSpace()
                guard !cursor.isAtEnd else { throw unclosed(start, closing) }
                members[try key(element, at: elementRange)] = try parse()
                try skipSpace()
            } else if isDictionary {
                guard !cursor.isAtEnd else { throw unclosed(start, closing) }
                throw mistake("a `:` and a value must follow this key", at: elementRange)
            } else {
                elements.append(element)
            }
            try separate(from: start, closing)
        }
        cursor.offset += 1
        return isDictionary ? .object(members) : .array(elements)
    }

    private func key(_ value: JSON, at range: Range<Int>) throws(ParsingEnd) -> String {
        switch value {
        case .string(let key): return key
        case .int(let key): return String(key)
        default: throw mistake("a key must be a string or an integer", at: range)
        }
    }

    private mutating func separate(from start: Int, _ closing: Unicode.Scalar) throws(ParsingEnd) {
        if cursor.current == "," {
            cursor.offset += 1
            try skipSpace()
        } else if cursor.isAtEnd {
            throw unclosed(start, closing)
        } else if cursor.current != closing {
            throw notLiteral()
        }
    }

    private mutating func skipSpace() throws(ParsingEnd) {
        do { try cursor.skipSpaceAndComments() } catch { throw .mistake(error) }
    }

    private func unclosed(_ start: Int, _ closing: Unicode.Scalar) -> ParsingEnd {
        .mistake(
            CellMistake(
                "UnclosedBracket", "this `\(cursor.source[start..<start + 1])` is never closed", at: start..<start + 1,
                hint: "close it with `\(closing)`"
            ).unfinished())
    }

    private mutating func parseString() throws(ParsingEnd) -> String {
        var parser = StringLiteralParser(cursor)
        let text = try parser.parse()
        cursor = parser.cursor
        return text
    }

    // MARK: Failures

    private func mistake(_ message: String, at range: Range<Int>) -> ParsingEnd { .mistake(LiteralParser.mistake(message, at: range)) }

    private static func mistake(_ message: String, at range: Range<Int>) -> CellMistake {
        CellMistake("InvalidParameter", message, at: range, hint: "a parameter is a number, a string, true, false or an array of those")
    }

    /// What stands here is an expression or nothing at all.
    private func notLiteral() -> ParsingEnd {
        guard let scalar = cursor.current, !scalar.isLineBreak else {
            return .mistake(LiteralParser.mistake("a value is missing here", at: cursor.offset..<cursor.offset).unfinished(cursor.isAtEnd))
        }
        let rest = cursor.restOfLine
        return .swift(SwiftCode(range: rest, reason: "`\(cursor.source[rest])` is not a literal"))
    }
}
