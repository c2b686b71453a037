/// One statement at the top level of a cell.
struct SwiftStatement {
    /// What a statement is, as far as a cell treats it in its own way.
    enum Kind: Equatable {
        case expression
        /// `import`, with the name of the module.
        case importing(String)
        /// `let` or `var`, with the names it declares.
        case variables([String])
        /// `for`, `if`, `while`, `repeat`, `switch`, `do`: what they declare is theirs.
        case control
        case other
    }

    var kind: Kind
    var tokens: ArraySlice<SwiftToken>

    var range: Range<Int> { (tokens.first?.range.lowerBound ?? 0)..<(tokens.last?.range.upperBound ?? 0) }
}

/// Splits a cell into its statements by the rules of Swift's grammar for line breaks.
struct StatementSplitter {
    private let code: [UInt8]

    init(_ code: [UInt8]) { self.code = code }

    func statements() -> [SwiftStatement] {
        let tokens = SwiftLexer.tokens(code)
        var statements: [SwiftStatement] = []
        var start = 0
        var depth = 0
        for (index, token) in tokens.enumerated() {
            if index > start, depth == 0, token.kind != .semicolon, token.startsLine, !continues(tokens[index - 1], token) {
                statements.append(statement(tokens[start..<index]))
                start = index
            }
            switch token.kind {
            case .open: depth += 1
            case .close: depth = max(0, depth - 1)
            case .semicolon where depth == 0:
                if index > start { statements.append(statement(tokens[start..<index])) }
                start = index + 1
            default: break
            }
        }
        if start < tokens.count { statements.append(statement(tokens[start...])) }
        return statements
    }

    private func text(_ token: SwiftToken) -> String { String(decoding: code[token.range], as: UTF8.self) }

    /// Whether `token`, which begins a line, goes on with what `last` ended the line before with.
    private func continues(_ last: SwiftToken, _ token: SwiftToken) -> Bool {
        switch last.kind {
        case .comma, .colon, .attribute: return true
        case .symbol where last.hasSpaceBefore || text(last) == "=" || text(last) == "->": return true
        case .close where text(last) == "#endif": return false
        case .identifier where Self.wantsMore.contains(text(last)): return true
        default: break
        }
        switch token.kind {
        case .comma, .colon, .close: return true
        case .open: return text(token) == "{"
        case .symbol:
            let symbol = text(token)
            return symbol.hasPrefix(".") && !symbol.hasPrefix("...") || token.hasSpaceAfter || symbol == "="
        case .identifier: return Self.goesOn.contains(text(token))
        default: return false
        }
    }

    /// Words after which a statement cannot end.
    private static let wantsMore: Set<String> = [
        "let", "var", "func", "struct", "class", "enum", "actor", "protocol", "extension", "import", "typealias", "try", "await", "throw",
        "if", "guard", "while", "for", "in", "is", "as", "case", "where", "public", "private", "fileprivate", "internal", "final", "static",
        "mutating", "lazy", "weak", "indirect", "nonisolated", "async", "throws", "some", "any", "inout", "repeat", "do", "else", "switch",
    ]
    /// Words with which none begins.
    private static let goesOn: Set<String> = ["else", "catch", "where", "is", "as", "in", "throws", "rethrows", "async"]

    private static let modifiers: Set<String> = [
        "public", "private", "fileprivate", "internal", "open", "package", "final", "static", "lazy", "weak", "unowned", "nonisolated",
        "indirect", "override", "dynamic", "unsafe", "isolated",
    ]
    private static let declarations: Set<String> = [
        "func", "struct", "class", "enum", "actor", "protocol", "extension", "typealias", "operator", "infix", "prefix", "postfix",
        "precedencegroup", "macro", "init", "deinit", "subscript", "return", "throw", "break", "continue", "fallthrough", "guard", "defer",
        "case", "default", "mutating", "associatedtype",
    ]
    private static let control: Set<String> = ["for", "if", "while", "repeat", "switch", "do"]

    private func statement(_ tokens: ArraySlice<SwiftToken>) -> SwiftStatement {
        SwiftStatement(kind: kind(tokens), tokens: tokens)
    }

    private func kind(_ tokens: ArraySlice<SwiftToken>) -> SwiftStatement.Kind {
        var rest = skipAttributes(tokens)
        while let first = rest.first, first.kind == .identifier, Self.modifiers.contains(text(first)) {
            rest = rest.dropFirst()
            // `private(set)`
            if let next = rest.first, next.kind == .open, text(next) == "(", !next.hasSpaceBefore { rest = rest.dropFirst(3) }
            rest = skipAttributes(rest)
        }
        guard let first = rest.first else { return .other }
        let word = text(first)
        if first.kind == .identifier {
            if word == "import" { return importing(rest.dropFirst()) }
            if word == "let" || word == "var" { return .variables(names(rest.dropFirst())) }
            if Self.control.contains(word) { return .control }
            if Self.declarations.contains(word) { return .other }
            if rest.dropFirst().first?.kind == .colon { return .control }  // a label
        }
        if first.kind == .open, word == "#if" { return .other }
        if rest.startIndex != tokens.startIndex, first.kind != .identifier { return .other }
        return assigns(rest) ? .other : .expression
    }

    /// Attributes with what stands in parentheses behind them.
    private func skipAttributes(_ tokens: ArraySlice<SwiftToken>) -> ArraySlice<SwiftToken> {
        var rest = tokens
        while let first = rest.first, first.kind == .attribute, code[first.range.lowerBound] == UInt8(ascii: "@") {
            rest = rest.dropFirst()
            if let next = rest.first, next.kind == .open, text(next) == "(", !next.hasSpaceBefore {
                var depth = 0
                while let token = rest.first {
                    rest = rest.dropFirst()
                    if token.kind == .open { depth += 1 }
                    if token.kind == .close { depth -= 1 }
                    if depth == 0 { break }
                }
            }
        }
        return rest
    }

    private func importing(_ tokens: ArraySlice<SwiftToken>) -> SwiftStatement.Kind {
        let words = tokens.filter { $0.kind == .identifier }.map(text)
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return .importing(words.first { !kinds.contains($0) } ?? "")
    }

    /// The names in the pattern of a declaration, and those after its commas.
    private func names(_ tokens: ArraySlice<SwiftToken>) -> [String] {
        var names: [String] = []
        var depth = 0
        var isPattern = true
        var isType = false
        for token in tokens {
            switch token.kind {
            case .open:
                if text(token) == "{", depth == 0 { isPattern = false }
                depth += 1
            case .close: depth -= 1
            // A comma between the arguments of a generic type is none between variables.
            case .symbol where isType && text(token).allSatisfy { $0 == "<" }: depth += text(token).count
            case .symbol where isType && depth > 0 && text(token).allSatisfy { $0 == ">" || $0 == "?" }:
                depth -= text(token).count { $0 == ">" }
            case .comma where depth == 0: isPattern = true
            case .colon where depth == 0: (isPattern, isType) = (false, true)
            case .symbol where depth == 0: (isPattern, isType) = (false, false)
            case .identifier where isPattern && (depth == 0 || text(tokens[tokens.startIndex]) == "("):
                let name = text(token)
                if name != "_" { names.append(name) }
            default: break
            }
        }
        return names
    }

    private func assigns(_ tokens: ArraySlice<SwiftToken>) -> Bool {
        var depth = 0
        for token in tokens {
            if token.kind == .open { depth += 1 }
            if token.kind == .close { depth -= 1 }
            guard depth == 0, token.kind == .symbol else { continue }
            let symbol = text(token)
            if symbol.hasSuffix("="), !["==", "!=", "<=", ">=", "===", "!==", "~="].contains(symbol) { return true }
        }
        return false
    }
}
