import ApusJSON

/// The literal of the cell language that has a JSON value.
enum ParameterLiteral {
    static func text(_ value: JSON) -> String {
        switch value {
        case .null: "nil"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): number(value)
        case .string(let value): quoted(value)
        case .array(let values): "[\(values.map(text).joined(separator: ", "))]"
        case .object(let members):
            members.isEmpty ? "[:]" : "[\(members.map { "\(quoted($0.key)): \(text($0.value))" }.joined(separator: ", "))]"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "Double.nan" }
        if value.isInfinite { return value < 0 ? "-Double.infinity" : "Double.infinity" }
        return value.description
    }

    private static func quoted(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case "\0"..<" ", "\u{7F}", "\u{85}", "\u{2028}", "\u{2029}": literal += "\\u{\(String(scalar.value, radix: 16))}"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}
