package import ApusJSON

/// Values of parameters in the words of the cell language.
package enum ParameterText {
    /// The value as it is shown: `nan` and `inf` as people write them.
    package static func text(_ value: JSON) -> String { written(value, number: \.description) }

    /// The literal that gives a parameter this value in a cell.
    package static func literal(_ value: JSON) -> String {
        written(value) { number in
            if number.isNaN { return "Double.nan" }
            if number.isInfinite { return number < 0 ? "-Double.infinity" : "Double.infinity" }
            return number.description
        }
    }

    package static func type(_ value: JSON) -> String {
        switch value {
        case .null: "nil"
        case .bool: "Bool"
        case .int: "Int"
        case .double: "Double"
        case .string: "String"
        case .array: "array"
        case .object: "dictionary"
        }
    }

    private static func written(_ value: JSON, number: (Double) -> String) -> String {
        switch value {
        case .null: "nil"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): number(value)
        case .string(let value): quoted(value)
        case .array(let elements): "[" + elements.map { written($0, number: number) }.joined(separator: ", ") + "]"
        case .object(let members):
            members.isEmpty ? "[:]" : "[" + members.map { "\(quoted($0.key)): \(written($0.value, number: number))" }.joined(separator: ", ") + "]"
        }
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
