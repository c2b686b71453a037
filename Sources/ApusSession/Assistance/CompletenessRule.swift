/// Decides whether a console may run what was typed, or should ask for another line.
struct CompletenessRule {
    let catalogue: MagicCatalogue

    func judge(_ source: CellSource) -> Completeness {
        do {
            switch try CellParser(source, catalogue).parse() {
            case .statements(let statements): return judge(statements, source)
            case .swift:
                return Brackets(source, 0..<source.count).completeness ?? .complete
            }
        } catch {
            guard error.isUnfinished else { return .invalid }
            return .incomplete(indent: error.name == "UnclosedBracket" ? "    " : "")
        }
    }

    private func judge(_ statements: [CellStatement], _ source: CellSource) -> Completeness {
        guard case .magic(let call) = statements.last else { return .complete }
        if case .required = catalogue.type(named: call.name)?.body, call.isCell, call.body?.isEmpty ?? true { return .incomplete(indent: "") }
        if let body = call.body, let unfinished = Brackets(source, body.range).completeness { return unfinished }
        return call.nested.isEmpty ? .complete : judge(call.nested, source)
    }
}

/// Counts the brackets of Swift text, leaving out strings and comments.
struct Brackets {
    private(set) var open: [Unicode.Scalar] = []
    private var isMismatched = false
    private var isInComment = false

    init(_ source: CellSource, _ range: Range<Int>) {
        var cursor = ScalarCursor(source, range)
        while let scalar = cursor.current {
            if scalar == "\"" {
                skipString(&cursor)
            } else if cursor.starts(with: "//") {
                cursor.skipLine()
            } else if cursor.starts(with: "/*") {
                skipComment(&cursor)
            } else {
                count(scalar)
                cursor.offset += 1
            }
        }
    }

    /// Nil when everything is closed.
    var completeness: Completeness? {
        if isMismatched { return .invalid }
        return open.isEmpty && !isInComment ? nil : .incomplete(indent: String(repeating: "    ", count: min(open.count, 16)))
    }

    private mutating func count(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "(", "[", "{": open.append(scalar)
        case ")": close("(")
        case "]": close("[")
        case "}": close("{")
        default: break
        }
    }

    private mutating func close(_ opening: Unicode.Scalar) {
        if open.popLast() != opening { isMismatched = true }
    }

    /// A string ends with its line at the latest.
    private func skipString(_ cursor: inout ScalarCursor) {
        cursor.offset += 1
        while let scalar = cursor.current, !scalar.isLineBreak {
            cursor.offset += scalar == "\\" ? 2 : 1
            if scalar == "\"" { return }
        }
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
        if depth > 0 { isInComment = true }
    }
}
