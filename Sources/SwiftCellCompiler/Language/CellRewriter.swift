package import ApusJSON

/// A cell as it is given to the compiler: the user's code on its own lines and, as far as possible, in its own columns.
package struct RewrittenCell: Sendable {
    package var code: String
    /// Modules that the cell imports, which later cells see as well.
    var imports: [String] = []
    /// What it declares, which later cells see as well.
    var declarations: CellDeclarations
    /// Every word in it: names that it may mean.
    var words: Set<String> = []
    /// What was put before places of the user's code: line, column (both from 1, in UTF-8 bytes) and how many bytes.
    var insertions: [(line: Int, column: Int, byteCount: Int)] = []
    /// The variables that it makes known as soon as they have their values.
    package var variables: [String] = []
    /// The lines (from 1) with additions; see ``CellRewriter/Additions``.
    var lines: Set<Int> = []

    /// Nothing but constants: the parameters that are not yet known with their values.
    ///
    /// - Returns: Nil when there are none.
    package init?(declaring parameters: [String: JSON], unlike known: [String: JSON]) {
        let constants = parameters.sorted { $0.key < $1.key }.compactMap { name, value -> (name: String, literal: SwiftLiteral)? in
            value == known[name] ? nil : SwiftLiteral(value).map { (name, $0) }
        }
        guard !constants.isEmpty else { return nil }
        code = constants.map { "let `\($0.name)`: \($0.literal.type) = \($0.literal.text)" }.joined(separator: "\n")
        declarations = CellDeclarations(variables: constants.map(\.name))
    }

    init(declarations: CellDeclarations, words: Set<String>) {
        code = ""
        self.declarations = declarations
        self.words = words
    }

    /// The column in the user's code of a column in this one.
    func column(_ column: Int, line: Int) -> Int {
        var result = column
        for insertion in insertions where insertion.line == line && insertion.column < result {
            result = max(insertion.column, result - insertion.byteCount)
        }
        return result
    }
}

/// Makes a cell a script that the compiler takes: the value of its last expression is shown, its variables are made known to the session,
/// `await` waits, and `private` declarations are later cells' too.
package struct CellRewriter {
    private let bytes: [UInt8]
    private let statements: [SwiftStatement]

    package init(_ code: String) {
        bytes = Array(code.utf8)
        statements = StatementSplitter(bytes).statements()
    }

    /// What is put behind the user's expressions and declarations.
    package enum Additions: Equatable {
        /// The value of the last expression is shown, and those of variables are made known.
        case values
        /// Variables are known to have values, which may not be copyable.
        case progress
        /// All of it is run again and again; what it declares is its own.
        case timing(loops: Int?, repeats: Int)
        /// So messages of the compiler are about the user's code alone.
        case nothing
    }

    package func rewrite(_ additions: Additions = .values) -> RewrittenCell {
        var edits = hiddenModifiers
        var cell = RewrittenCell(declarations: CellDeclarations(statements, in: bytes), words: SwiftLexer.words(bytes))
        for statement in statements {
            if case .importing(let module) = statement.kind, !module.isEmpty { cell.imports.append(module) }
            edits += waiting(statement)
        }
        if additions == .values, let last = statements.last, case .expression = last.kind {
            edits.append((last.range.lowerBound, 0, "apusShow("))
            edits.append((last.range.upperBound, 0, ")"))
            cell.lines.formUnion(line(last.range.lowerBound)...line(last.range.upperBound))
        }
        if case .timing(let loops, let repeats) = additions, let first = statements.first, let last = statements.last {
            let loops = loops.map(String.init) ?? "nil"
            if case .expression = last.kind { edits.append((last.range.lowerBound, 0, "_ = ")) }
            edits.append((first.range.lowerBound, 0, "try apusTime(loops: \(loops), repeats: \(repeats)) { "))
            edits.append((last.range.upperBound, 0, "}"))
            cell.declarations = CellDeclarations(variables: [])
            cell.lines.formUnion(line(first.range.lowerBound)...line(last.range.upperBound))
        }
        for statement in additions == .values || additions == .progress ? statements : [] {
            for name in names(of: statement) {
                edits.append(
                    (statement.range.upperBound, 0, additions == .values ? "; apusDeclare(\"\(name)\") { \(name) }" : "; apusReach(\"\(name)\")"))
                cell.variables.append(name)
                cell.lines.insert(line(statement.range.upperBound))
            }
        }
        cell.code = apply(edits, &cell)
        return cell
    }

    private func line(_ offset: Int) -> Int { bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1 }

    /// The stored variables that a statement gives values to.
    private func names(of statement: SwiftStatement) -> [String] {
        guard case .variables(let names) = statement.kind,
            statement.tokens.contains(where: { $0.kind == .symbol && text($0) == "=" })
        else { return [] }
        return names.filter { !$0.hasPrefix("`") }
    }

    private func text(_ token: SwiftToken) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

    /// A later cell's use of a private declaration of this one crashes the compiler, so `private` is blanked out.
    private var hiddenModifiers: [(offset: Int, length: Int, text: String)] {
        var edits: [(offset: Int, length: Int, text: String)] = []
        for statement in statements {
            for (index, token) in zip(statement.tokens.indices, statement.tokens) {
                guard token.kind == .identifier || token.kind == .attribute else { break }
                guard ["private", "fileprivate"].contains(text(token)) else { continue }
                var range = token.range
                // `private(set)`
                let next = index + 1
                if next + 2 < statement.tokens.endIndex, text(statement.tokens[next]) == "(" {
                    range = range.lowerBound..<statement.tokens[next + 2].range.upperBound
                }
                edits.append((range.lowerBound, range.count, String(repeating: " ", count: range.count)))
            }
        }
        return edits
    }

    /// Top-level code is synchronous in a cell; what awaits is run as a task, for which the cell waits.
    private func waiting(_ statement: SwiftStatement) -> [(offset: Int, length: Int, text: String)] {
        guard statement.tokens.contains(where: { $0.kind == .identifier && text($0) == "await" }) else { return [] }
        switch statement.kind {
        case .control: return wrap(statement.range, mayThrow: true)
        case .expression, .other:
            guard awaitsItself(statement.tokens), !isDeclaration(statement) else { return [] }
            return wrap(statement.range, mayThrow: hasTry(statement.tokens))
        case .variables:
            guard let assignment = statement.tokens.firstIndex(where: { $0.kind == .symbol && text($0) == "=" }) else { return [] }
            let value = statement.tokens[(assignment + 1)...]
            guard let first = value.first, let last = value.last, awaitsItself(value) else { return [] }
            return wrap(first.range.lowerBound..<last.range.upperBound, mayThrow: hasTry(value))
        case .importing: return []
        }
    }

    private func wrap(_ range: Range<Int>, mayThrow: Bool) -> [(offset: Int, length: Int, text: String)] {
        [(range.lowerBound, 0, mayThrow ? "try apusWait { " : "apusWait { "), (range.upperBound, 0, " }")]
    }

    private func isDeclaration(_ statement: SwiftStatement) -> Bool {
        guard case .other = statement.kind else { return false }
        // An assignment is the only other statement that can await outside of braces.
        return !statement.tokens.contains { $0.kind == .symbol && text($0).hasSuffix("=") }
    }

    /// Whether an `await` stands outside of braces, where it is the statement's own and not that of a closure.
    private func awaitsItself(_ tokens: ArraySlice<SwiftToken>) -> Bool {
        var braces = 0
        for token in tokens {
            if token.kind == .open, text(token) == "{" { braces += 1 }
            if token.kind == .close, text(token) == "}" { braces -= 1 }
            if braces == 0, token.kind == .identifier, text(token) == "await" { return true }
        }
        return false
    }

    private func hasTry(_ tokens: ArraySlice<SwiftToken>) -> Bool {
        var previous: SwiftToken?
        for token in tokens {
            if let word = previous, word.kind == .identifier, text(word) == "try", text(token) != "?", text(token) != "!" { return true }
            previous = token
        }
        return false
    }

    private func apply(_ edits: [(offset: Int, length: Int, text: String)], _ cell: inout RewrittenCell) -> String {
        // What begins at one place goes outside in, what ends there inside out: the wrapping of a wait lies within that of a value.
        let sorted = edits.enumerated().sorted { first, second in
            if first.element.offset != second.element.offset { return first.element.offset < second.element.offset }
            return isEnd(first.element) ? first.offset < second.offset : first.offset > second.offset
        }.map(\.element)
        var result: [UInt8] = []
        var position = 0
        for edit in sorted {
            result += bytes[position..<edit.offset]
            result += Array(edit.text.utf8)
            position = edit.offset + edit.length
            if edit.length == 0 {
                let before = bytes[..<edit.offset]
                let line = before.count { $0 == UInt8(ascii: "\n") } + 1
                let column = edit.offset - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
                cell.insertions.append((line, column, edit.text.utf8.count))
            }
        }
        result += bytes[position...]
        return String(decoding: result, as: UTF8.self)
    }

    private func isEnd(_ edit: (offset: Int, length: Int, text: String)) -> Bool { edit.text.hasSuffix("}") || edit.text == ")" }
}
