extension Unicode.Scalar {
    var isLineBreak: Bool { self == "\n" || self == "\r" }
    /// White space within a line; a non-breaking space is what notebooks pasted from web pages contain.
    var isBlank: Bool { self == " " || self == "\t" || self == "\u{A0}" || self == "\u{FEFF}" }
    var isSpace: Bool { isBlank || isLineBreak }
    var isDigit: Bool { ("0"..."9").contains(self) }
    var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
    /// May begin a parameter's name, in Swift as in Python.
    var isNameStart: Bool { isASCIILetter || self == "_" || (value >= 0x80 && properties.isXIDStart) }
    var isNamePart: Bool { isNameStart || isDigit || (value >= 0x80 && properties.isXIDContinue) }
    /// May stand in the name of a magic.
    var isMagicNamePart: Bool { isASCIILetter || isDigit || self == "_" || self == "-" }
}

/// A reading position in a part of a cell.
struct ScalarCursor {
    let source: CellSource
    let end: Int
    var offset: Int

    init(_ source: CellSource, _ range: Range<Int>) {
        self.source = source
        offset = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { offset >= end }
    var current: Unicode.Scalar? { peek(0) }

    func peek(_ distance: Int) -> Unicode.Scalar? {
        offset + distance < end ? source.scalars[offset + distance] : nil
    }

    func starts(with text: String) -> Bool {
        var position = offset
        for scalar in text.unicodeScalars {
            guard position < end, source.scalars[position] == scalar else { return false }
            position += 1
        }
        return true
    }

    mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
        while let scalar = current, condition(scalar) { offset += 1 }
    }

    /// Consumes scalars while `condition` holds and returns where they stand.
    mutating func take(while condition: (Unicode.Scalar) -> Bool) -> Range<Int> {
        let start = offset
        skip(while: condition)
        return start..<offset
    }

    mutating func skipLine() { skip { !$0.isLineBreak } }

    /// The scalars from here to the end of the line.
    var restOfLine: Range<Int> {
        var cursor = self
        cursor.skipLine()
        return offset..<cursor.offset
    }

    /// Skips white space and comments: `# ...`, `// ...` and, nested as in Swift, `/* ... */`.
    mutating func skipSpaceAndComments() throws(CellMistake) {
        while let scalar = current {
            if scalar.isSpace { offset += 1; continue }
            if scalar == "#" && !starts(with: "#\"") && !starts(with: "#/") || starts(with: "//") { skipLine(); continue }
            guard starts(with: "/*") else { return }
            try skipBlockComment()
        }
    }

    private mutating func skipBlockComment() throws(CellMistake) {
        let start = offset
        var depth = 0
        repeat {
            if isAtEnd {
                throw CellMistake("UnclosedComment", "this comment has no closing `*/`", at: start..<start + 2, hint: "close it with `*/`")
                    .unfinished()
            }
            if starts(with: "/*") { depth += 1; offset += 2 } else if starts(with: "*/") { depth -= 1; offset += 2 } else { offset += 1 }
        } while depth > 0
    }
}
