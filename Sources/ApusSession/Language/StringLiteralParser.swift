/// Reads a string literal on one line, with the escapes of Swift (`\u{1F600}`) and of Python (`\u00e9`, `\U0001F600`, `\x41`).
struct StringLiteralParser {
    private(set) var cursor: ScalarCursor
    private let start: Int
    private let quote: Unicode.Scalar
    private var text = String.UnicodeScalarView()

    /// `cursor` stands at the opening quote.
    init(_ cursor: ScalarCursor) {
        self.cursor = cursor
        start = cursor.offset
        quote = cursor.current ?? "\""
    }

    mutating func parse() throws(ParsingEnd) -> String {
        if cursor.peek(1) == quote, cursor.peek(2) == quote {
            throw mistake(
                "a string of several lines cannot be a parameter", at: start..<start + 3, hint: "write it on one line, with \\n for each line break")
        }
        cursor.offset += 1
        while let scalar = cursor.current, !scalar.isLineBreak {
            cursor.offset += 1
            if scalar == quote { return String(text) }
            if scalar == "\\" { try parseEscape() } else { text.append(scalar) }
        }
        throw .mistake(CellMistake("UnclosedQuote", "this quote is never closed", at: start..<start + 1, hint: "close it with another \(quote)"))
    }

    private mutating func parseEscape() throws(ParsingEnd) {
        let backslash = cursor.offset - 1
        guard let scalar = cursor.current, !scalar.isLineBreak else { return }
        cursor.offset += 1
        switch scalar {
        case "n": text.append("\n")
        case "r": text.append("\r")
        case "t": text.append("\t")
        case "0": text.append("\0")
        case "a": text.append("\u{07}")
        case "b": text.append("\u{08}")
        case "f": text.append("\u{0C}")
        case "v": text.append("\u{0B}")
        case "\\", "\"", "'", "/": text.append(scalar)
        case "u" where cursor.current == "{": try appendBracedScalar(backslash)
        case "u": try appendScalar(digits: 4, backslash)
        case "U": try appendScalar(digits: 8, backslash)
        case "x": try appendScalar(digits: 2, backslash)
        case "(":
            let rest = backslash..<cursor.restOfLine.upperBound
            throw .swift(SwiftCode(range: rest, reason: "a string with `\\(...)` is not a literal"))
        default:
            throw mistake(
                "`\\\(scalar)` is not an escape", at: backslash..<cursor.offset, hint: "write `\\\\` for a backslash")
        }
    }

    private mutating func appendBracedScalar(_ backslash: Int) throws(ParsingEnd) {
        cursor.offset += 1
        let digits = cursor.take { $0.properties.isASCIIHexDigit }
        guard cursor.current == "}", let scalar = UInt32(cursor.source[digits], radix: 16).flatMap(Unicode.Scalar.init) else {
            throw mistake("`\\u{...}` takes the number of a Unicode scalar", at: backslash..<cursor.offset, hint: "for example `\\u{1F600}`")
        }
        cursor.offset += 1
        text.append(scalar)
    }

    private mutating func appendScalar(digits: Int, _ backslash: Int) throws(ParsingEnd) {
        guard var value = takeHexadecimal(digits) else {
            throw mistake("\(digits) hexadecimal digits must follow", at: backslash..<cursor.offset, hint: "for example `\\u00e9`")
        }
        // Python's JSON-like escapes write characters beyond U+FFFF as a pair of surrogates.
        if (0xD800..<0xDC00).contains(value), cursor.starts(with: "\\u") {
            var ahead = self
            ahead.cursor.offset += 2
            if let low = ahead.takeHexadecimal(4), (0xDC00..<0xE000).contains(low) {
                cursor = ahead.cursor
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
        }
        text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
    }

    private mutating func takeHexadecimal(_ count: Int) -> UInt32? {
        let end = cursor.offset + count
        let digits = cursor.take { $0.properties.isASCIIHexDigit }
        guard digits.count >= count else { return nil }
        cursor.offset = end
        return UInt32(cursor.source[digits.lowerBound..<end], radix: 16)
    }

    private func mistake(_ message: String, at range: Range<Int>, hint: String) -> ParsingEnd {
        .mistake(CellMistake("InvalidParameter", message, at: range, hint: hint))
    }
}
