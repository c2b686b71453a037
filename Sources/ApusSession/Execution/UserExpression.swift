import ApusJSON

/// Evaluates the expressions that a front sends along with a cell: names of parameters, and literals.
struct UserExpression {
    let parameters: [String: JSON]

    func evaluate(_ expression: String) -> ExpressionValue {
        let source = CellSource(expression)
        var cursor = ScalarCursor(source, 0..<source.count)
        cursor.skip { $0.isSpace }
        let name = source[cursor.offset..<source.count].filter { !$0.isWhitespace }
        if let value = parameters[name] { return .value(MIMEBundle(text: ParameterText.text(value))) }
        var parser = LiteralParser(cursor)
        if let value = try? parser.parse() {
            var rest = parser.cursor
            rest.skip { $0.isSpace }
            if rest.isAtEnd { return .value(MIMEBundle(text: ParameterText.text(value))) }
        }
        return .error(
            CellError(
                name: "UnknownExpression", title: "`\(expression)` is neither a parameter nor a literal",
                hint: parameters.isEmpty
                    ? "set a parameter first: `let name = literal`" : "the parameters are \(parameters.keys.sorted().joined(separator: ", "))"))
    }
}
