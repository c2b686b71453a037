/// One token of Swift code, as far as the splitting of a cell into statements needs to know.
struct SwiftToken: Equatable {
    enum Kind: Equatable {
        case identifier
        /// Operators, `=` and `->` among them.
        case symbol
        /// `(`, `[`, `{` and `#if`; and their ends.
        case open, close
        case comma, semicolon, colon
        /// Strings, numbers, regular expressions.
        case literal
        /// `@name` and `#name`.
        case attribute
    }

    var kind: Kind
    /// Bytes of the code.
    var range: Range<Int>
    /// Whether a line break, or the beginning of the code, is before it.
    var startsLine: Bool
    /// Whether white space, or the beginning or end of the code, is before and after it.
    var hasSpaceBefore: Bool
    var hasSpaceAfter = false
}

/// Cuts Swift code into tokens; comments and white space are left out.
///
/// Anything is accepted: what is no Swift is the compiler's to explain.
struct SwiftLexer {
    private let code: [UInt8]
    private var position = 0
    private var tokens: [SwiftToken] = []
    private var sawLineBreak = true
    private var sawSpace = true

    static func tokens(_ code: [UInt8]) -> [SwiftToken] {
        var lexer = SwiftLexer(code: code)
        while lexer.next() {}
        return lexer.tokens
    }

    /// Every word of the code, also within strings, which may hold interpolations, and in comments.
    static func words(_ code: [UInt8]) -> Set<String> {
        var words: Set<String> = []
        for word in code.split(whereSeparator: { !$0.isWordPart }) {
            words.insert(String(decoding: word.drop { $0 == UInt8(ascii: "$") }, as: UTF8.self))
        }
        return words
    }

    private init(code: [UInt8]) { self.code = code }

    private func byte(_ offset: Int = 0) -> UInt8 {
        position + offset < code.count ? code[position + offset] : 0
    }

    private mutating func next() -> Bool {
        skipTrivia()
        if sawSpace, !tokens.isEmpty { tokens[tokens.count - 1].hasSpaceAfter = true }
        guard position < code.count else { return false }
        let start = position
        let kind = scan()
        tokens.append(SwiftToken(kind: kind, range: start..<position, startsLine: sawLineBreak, hasSpaceBefore: sawSpace))
        (sawLineBreak, sawSpace) = (false, false)
        return true
    }

    private mutating func skipTrivia() {
        while position < code.count {
            switch byte() {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                sawLineBreak = true
                sawSpace = true
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), 0:
                sawSpace = true
                position += 1
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
                sawSpace = true
                while position < code.count, byte() != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
                sawSpace = true
                skipBlockComment()
            default: return
            }
        }
    }

    /// Block comments nest in Swift.
    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
            } else {
                if byte() == UInt8(ascii: "\n") { sawLineBreak = true }
                position += 1
            }
        } while depth > 0 && position < code.count
    }

    private mutating func scan() -> SwiftToken.Kind {
        let first = byte()
        switch first {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): return single(.open)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): return single(.close)
        case UInt8(ascii: ","): return single(.comma)
        case UInt8(ascii: ";"): return single(.semicolon)
        case UInt8(ascii: ":"): return single(.colon)
        case UInt8(ascii: "\""):
            skipString(hashes: 0)
            return .literal
        case UInt8(ascii: "`"):
            position += 1
            while position < code.count, byte() != UInt8(ascii: "`"), byte() != UInt8(ascii: "\n") { position += 1 }
            position += 1
            return .identifier
        case UInt8(ascii: "#"): return scanHash()
        case UInt8(ascii: "@"):
            position += 1
            skipWord()
            return .attribute
        case UInt8(ascii: "/") where startsRegex:
            skipRegex()
            return .literal
        default:
            if first.isDigit {
                skipNumber()
                return .literal
            }
            if first.isWordPart {
                skipWord()
                return .identifier
            }
            repeat { position += 1 } while byte().isOperatorPart && !startsComment
            return .symbol
        }
    }

    private var startsComment: Bool { byte() == UInt8(ascii: "/") && (byte(1) == UInt8(ascii: "/") || byte(1) == UInt8(ascii: "*")) }

    private mutating func single(_ kind: SwiftToken.Kind) -> SwiftToken.Kind {
        position += 1
        return kind
    }

    private mutating func skipWord() {
        while byte().isWordPart { position += 1 }
    }

    private mutating func skipNumber() {
        while byte().isWordPart || (byte() == UInt8(ascii: ".") && byte(1).isDigit)
            || ((byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-")) && [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(byte(-1))
                && byte(1).isDigit)
        { position += 1 }
    }

    private mutating func scanHash() -> SwiftToken.Kind {
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        if byte(hashes) == UInt8(ascii: "\"") {
            position += hashes
            skipString(hashes: hashes)
            return .literal
        }
        if byte(hashes) == UInt8(ascii: "/") {
            // An extended regular expression, `#/.../#`.
            position += hashes + 1
            while position < code.count, !(byte() == UInt8(ascii: "/") && byte(1) == UInt8(ascii: "#")) { position += 1 }
            position += 1 + hashes
            return .literal
        }
        let start = position
        position += hashes
        skipWord()
        return switch String(decoding: code[start..<position], as: UTF8.self) {
        case "#if": .open
        case "#endif": .close
        default: .attribute
        }
    }

    /// From the opening quote to the end of a string, whatever is interpolated in it.
    private mutating func skipString(hashes: Int) {
        let isLong = byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"")
        position += isLong ? 3 : 1
        while position < code.count {
            let current = byte()
            if current == UInt8(ascii: "\\"), hasHashes(hashes, at: 1) {
                position += 1 + hashes
                if byte() == UInt8(ascii: "(") { skipInterpolation() } else { position += 1 }
            } else if current == UInt8(ascii: "\""), !isLong || (byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"")),
                hasHashes(hashes, at: isLong ? 3 : 1)
            {
                position += (isLong ? 3 : 1) + hashes
                return
            } else if current == UInt8(ascii: "\n"), !isLong {
                return
            } else {
                position += 1
            }
        }
    }

    private func hasHashes(_ count: Int, at offset: Int) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }

    private mutating func skipInterpolation() {
        var depth = 0
        while position < code.count {
            switch byte() {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 {
                    position += 1
                    return
                }
            case UInt8(ascii: "\""):
                skipString(hashes: 0)
                continue
            default: break
            }
            position += 1
        }
    }

    /// A slash begins a regular expression where an expression may begin, when the slash that ends it is on the same line.
    private var startsRegex: Bool {
        if let last = tokens.last {
            switch last.kind {
            case .identifier:
                let word = String(decoding: code[last.range], as: UTF8.self)
                guard ["return", "in", "case", "try", "await", "throw"].contains(word) else { return false }
            case .literal, .close: return false
            case .symbol where !sawSpace: return false
            default: break
            }
        }
        guard byte(1) != UInt8(ascii: " "), byte(1) != UInt8(ascii: "=") else { return false }
        var offset = 1
        while position + offset < code.count, byte(offset) != UInt8(ascii: "\n") {
            if byte(offset) == UInt8(ascii: "\\") { offset += 1 } else if byte(offset) == UInt8(ascii: "/") { return true }
            offset += 1
        }
        return false
    }

    private mutating func skipRegex() {
        position += 1
        while position < code.count, byte() != UInt8(ascii: "/"), byte() != UInt8(ascii: "\n") {
            position += byte() == UInt8(ascii: "\\") ? 2 : 1
        }
        position += 1
        position = min(position, code.count)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// Letters, digits, underscores, dollars, and whatever is not ASCII: emoji may be names, and operators beyond ASCII are rare.
    fileprivate var isWordPart: Bool {
        isDigit || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")) || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "$") || self >= 0x80
    }

    fileprivate var isOperatorPart: Bool { "/=-+!*%<>&|^~?.".utf8.contains(self) }
}
