/// What Swift code leaves open at its end: brackets, `#if`, a comment, a text of several lines, or an operator that wants a right side.
///
/// The grammar's lexical part as far as it decides where brackets count (The Swift Programming Language, "Lexical Structure").
struct UnfinishedCode {
    private enum Token { case none, opening, word, closing, comma, operators(hasSpaceBefore: Bool) }

    private var open: [Unicode.Scalar] = []
    private var conditions = 0
    private var isMismatched = false
    /// A comment or text of several lines has no end.
    private var isInside = false
    private var last = Token.none

    init(_ source: CellSource, _ range: Range<Int>) {
        var cursor = ScalarCursor(source, range)
        while !cursor.isAtEnd { take(&cursor) }
    }

    var completeness: Completeness {
        if isMismatched { return .invalid }
        let indent = String(repeating: "    ", count: min(open.count, 16))
        if !open.isEmpty || isInside || conditions > 0 { return .incomplete(indent: indent) }
        switch last {
        case .comma, .operators(hasSpaceBefore: true): return .incomplete(indent: "")
        default: return .complete
        }
    }

    private mutating func take(_ cursor: inout ScalarCursor) {
        guard let scalar = cursor.current else { return }
        if scalar.isSpace {
            cursor.offset += 1
        } else if cursor.starts(with: "//") {
            cursor.skipLine()
        } else if cursor.starts(with: "/*") {
            skipComment(&cursor)
        } else if scalar == "\"" || scalar == "#" {
            takeHashes(&cursor)
        } else if scalar == "/", let end = regexEnd(cursor) {
            cursor.offset = end
            last = .word
        } else if Self.operators.contains(scalar) {
            let before = cursor.offset > 0 ? cursor.source.scalars[cursor.offset - 1] : " "
            // A comment ends an operator.
            repeat { cursor.offset += 1 } while cursor.current.map(Self.operators.contains) ?? false && !cursor.starts(with: "//")
            last = .operators(hasSpaceBefore: before.isSpace || cursor.source.scalars[cursor.offset - 1] == "=")
        } else {
            count(scalar)
            cursor.offset += 1
        }
    }

    private static let operators = Set("/=-+!*%<>&|^~?".unicodeScalars)

    private mutating func count(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "(", "[", "{":
            open.append(scalar)
            last = .opening
        case ")": close("(")
        case "]": close("[")
        case "}": close("{")
        case ",", ":": last = .comma
        default: last = .word
        }
    }

    private mutating func close(_ opening: Unicode.Scalar) {
        if open.popLast() != opening { isMismatched = true }
        last = .closing
    }

    private mutating func skipComment(_ cursor: inout ScalarCursor) {
        var depth = 0
        repeat {
            if cursor.starts(with: "/*") {
                depth += 1; cursor.offset += 2
            } else if cursor.starts(with: "*/") {
                depth -= 1; cursor.offset += 2
            } else {
                cursor.offset += 1
            }
        } while depth > 0 && !cursor.isAtEnd
        if depth > 0 { isInside = true }
    }

    /// A text, also `#"..."#`; a regular expression `#/.../#`; or a word such as `#if`.
    private mutating func takeHashes(_ cursor: inout ScalarCursor) {
        let hashes = cursor.take { $0 == "#" }.count
        if cursor.current == "\"" {
            skipText(&cursor, hashes: hashes)
        } else if cursor.current == "/", hashes > 0 {
            let end = "/" + String(repeating: "#", count: hashes)
            while !cursor.isAtEnd, !cursor.starts(with: end) { cursor.offset += 1 }
            if cursor.isAtEnd { isInside = true }
            cursor.offset += end.unicodeScalars.count
        } else {
            switch cursor.source[cursor.take { $0.isNamePart }] {
            case "if": conditions += 1
            case "endif": conditions -= 1
            default: break
            }
        }
        last = .word
    }

    private mutating func skipText(_ cursor: inout ScalarCursor, hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        let isLong = cursor.starts(with: "\"\"\"")
        let end = (isLong ? "\"\"\"" : "\"") + marks
        cursor.offset += isLong ? 3 : 1
        while let scalar = cursor.current {
            if cursor.starts(with: end) {
                cursor.offset += end.unicodeScalars.count
                return
            }
            if cursor.starts(with: "\\" + marks + "(") {
                cursor.offset += hashes + 2
                skipInterpolation(&cursor)
            } else if cursor.starts(with: "\\" + marks) {
                cursor.offset += hashes + 2
            } else if scalar.isLineBreak, !isLong {
                // No further line ends a text of one line.
                isMismatched = true
                return
            } else {
                cursor.offset += 1
            }
        }
        if isLong { isInside = true } else { isMismatched = true }
    }

    /// Code within a text, up to the parenthesis that ends it.
    private mutating func skipInterpolation(_ cursor: inout ScalarCursor) {
        let depth = open.count
        open.append("(")
        while !cursor.isAtEnd, open.count > depth, !isMismatched { take(&cursor) }
    }

    /// The end of `/.../`, which stands where a value may begin and ends on its line; nil for an operator.
    private func regexEnd(_ cursor: ScalarCursor) -> Int? {
        switch last {
        case .word, .closing: return nil
        case .operators(hasSpaceBefore: false): return nil
        default: break
        }
        var cursor = cursor
        cursor.offset += 1
        guard let first = cursor.current, !first.isSpace else { return nil }
        while let scalar = cursor.current, !scalar.isLineBreak {
            cursor.offset += scalar == "\\" ? 2 : 1
            if scalar == "/" { return min(cursor.offset, cursor.end) }
        }
        return nil
    }
}
