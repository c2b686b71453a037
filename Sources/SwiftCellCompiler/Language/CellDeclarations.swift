/// What a cell declares at its top level, as far as the cells after it have to know.
package struct CellDeclarations: Sendable, Equatable {
    package struct Declaration: Sendable, Equatable {
        /// Without backticks.
        package var name: String
        package var kind: Kind
        /// The labels and types of a function's parameters; what has the same replaces it, what has others overloads it.
        package var parameters = ""
    }

    /// As an import names it.
    package enum Kind: String, Sendable {
        case variable = "var"
        case function = "func"
        case structure = "struct"
        case object = "class"
        case enumeration = "enum"
        case interface = "protocol"
        case alias = "typealias"
    }

    package var declarations: [Declaration] = []
    /// Whether there is something that has no name to be imported by: an extension of a type of another cell, an operator, and what is declared
    /// on a condition.
    package var hasUnnamed = false

    /// Variables of known names.
    package init(variables: [String]) {
        declarations = variables.map { Declaration(name: $0, kind: .variable) }
    }

    init(_ statements: [SwiftStatement], in code: [UInt8]) {
        let reader = DeclarationReader(code: code)
        var extended: Set<String> = []
        for statement in statements {
            if case .variables(let names) = statement.kind {
                declarations += names.map { Declaration(name: reader.bare($0), kind: .variable) }
            } else {
                switch reader.read(statement.tokens) {
                case .named(let declaration): declarations.append(declaration)
                case .extending(let type): extended.insert(type)
                case .unnamed: hasUnnamed = true
                case nil: break
                }
            }
            if reader.declaresOperator(statement.tokens) { hasUnnamed = true }
        }
        let own = Set(declarations.map(\.name))
        if !extended.isSubset(of: own) { hasUnnamed = true }
    }
}

/// Reads what a statement declares.
private struct DeclarationReader {
    let code: [UInt8]

    enum Result {
        case named(CellDeclarations.Declaration)
        case extending(String)
        case unnamed
    }

    func read(_ tokens: ArraySlice<SwiftToken>) -> Result? {
        for index in tokens.indices {
            let token = tokens[index]
            if token.kind == .open { return text(token) == "#if" ? .unnamed : nil }
            // Attributes and modifiers come before; whatever else there is, the statement declares nothing.
            guard token.kind == .identifier, let name = tokens[(index + 1)...].first else { continue }
            switch text(token) {
            case "func":
                guard name.kind == .identifier else { return .unnamed }
                return .named(.init(name: bare(text(name)), kind: .function, parameters: parameters(tokens[(index + 2)...])))
            case "struct": return named(name, .structure)
            case "class" where text(name) != "func" && text(name) != "var": return named(name, .object)
            case "actor": return named(name, .object)
            case "enum": return named(name, .enumeration)
            case "protocol": return named(name, .interface)
            case "typealias": return named(name, .alias)
            case "extension": return .extending(bare(text(name)))
            case "operator", "precedencegroup", "macro": return .unnamed
            default: guard Self.mayComeBefore.contains(text(token)) else { return nil }
            }
        }
        return nil
    }

    private static let mayComeBefore: Set<String> = [
        "public", "private", "fileprivate", "internal", "open", "package", "final", "indirect", "nonisolated", "distributed", "infix", "prefix",
        "postfix", "unsafe", "isolated",
    ]

    private func named(_ name: SwiftToken, _ kind: CellDeclarations.Kind) -> Result? {
        name.kind == .identifier ? .named(.init(name: bare(text(name)), kind: kind)) : nil
    }

    /// Also one that is declared inside a type: it is found by its module, and not by the name of the type.
    func declaresOperator(_ tokens: ArraySlice<SwiftToken>) -> Bool {
        zip(tokens, tokens.dropFirst()).contains { $0.kind == .identifier && text($0) == "func" && $1.kind == .symbol }
    }

    func bare(_ name: String) -> String { name.hasPrefix("`") ? String(name.dropFirst().dropLast()) : name }

    private func text(_ token: SwiftToken) -> String { String(decoding: code[token.range], as: UTF8.self) }

    /// `(label: Type, _: Type)` from the tokens behind a function's name, without inner names and default values.
    private func parameters(_ tokens: ArraySlice<SwiftToken>) -> String {
        guard let start = tokens.firstIndex(where: { text($0) == "(" }) else { return "" }
        var parts: [String] = []
        var depth = 0
        var isName = true
        var isDefault = false
        for token in tokens[start...] {
            let word = text(token)
            switch token.kind {
            case .open: depth += 1
            case .close: depth -= 1
            default: break
            }
            if depth == 0 { break }
            guard depth > 1 || token.kind != .open else { continue }
            switch token.kind {
            case .comma where depth == 1: (isName, isDefault) = (true, false)
            case .colon where depth == 1: isName = false
            case .symbol where depth == 1 && word == "=": isDefault = true
            case .identifier where isName && depth == 1 && parts.last?.last == ":": continue  // the inner name
            default: break
            }
            if !isDefault { parts.append(isName && token.kind == .identifier && depth == 1 ? word + ":" : word) }
        }
        return parts.joined(separator: " ")
    }
}
