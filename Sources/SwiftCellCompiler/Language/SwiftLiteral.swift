package import ApusJSON

/// A parameter as Swift code, and simple values of Swift as parameters.
package struct SwiftLiteral {
    package let type: String
    package let text: String

    /// Nil for what has no type of its own in Swift: nothing, and lists of different things.
    package init?(_ json: JSON) {
        switch json {
        case .bool(let value): (type, text) = ("Bool", "\(value)")
        case .int(let value): (type, text) = ("Int", "\(value)")
        case .double(let value): (type, text) = ("Double", "\(value)")
        case .string(let value): (type, text) = ("String", value.debugDescription)
        case .array(let values):
            let literals = values.map(SwiftLiteral.init)
            let types = Set(literals.map { $0?.type })
            guard let elements = literals as? [SwiftLiteral] else { return nil }
            if types.count == 1, let element = elements.first {
                (type, text) = ("[\(element.type)]", "[" + elements.map(\.text).joined(separator: ", ") + "]")
            } else if types == ["Int", "Double"] {
                (type, text) = ("[Double]", "[" + elements.map(\.text).joined(separator: ", ") + "]")
            } else {
                return nil
            }
        default: return nil
        }
    }

    /// Nil for a value that is no number, text, truth value or list of them.
    package static func json(_ value: Any) -> JSON? {
        switch value {
        case let value as Bool: .bool(value)
        case let value as Int: .int(value)
        case let value as Double: value.isFinite ? .double(value) : nil
        case let value as Float: value.isFinite ? .double(Double(value)) : nil
        case let value as String: .string(value)
        case let values as [Int]: list(values, JSON.int)
        case let values as [Double]: values.allSatisfy(\.isFinite) ? list(values, JSON.double) : nil
        case let values as [String]: list(values, JSON.string)
        case let values as [Bool]: list(values, JSON.bool)
        default: nil
        }
    }

    /// Long lists are data, not parameters.
    private static func list<Value>(_ values: [Value], _ make: (Value) -> JSON) -> JSON? {
        values.count <= 100 ? .array(values.map(make)) : nil
    }
}
