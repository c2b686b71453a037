import ApusJSON

/// Replaces `{name}` in the value of an option by the parameter.
struct ParameterExpansion {
    /// What a mistake about a parameter that no cell has set is called.
    static let unknownName = "UnknownParameter"

    let parameters: [String: JSON]

    /// The value as one or more strings: a lone `{list}` stands for each element, elsewhere the elements are joined by commas.
    func expand(_ value: CellToken.Value) throws(CellMistake) -> [String] {
        if value.pieces.count == 1, case .parameter(let name, let range) = value.pieces[0], case .array(let elements) = try parameter(name, at: range)
        {
            var texts: [String] = []
            for element in elements { texts.append(try text(of: element, name, at: range)) }
            return texts
        }
        var whole = ""
        for piece in value.pieces {
            switch piece {
            case .text(let text): whole += text
            case .parameter(let name, let range): whole += try text(of: try parameter(name, at: range), name, at: range)
            }
        }
        return [whole]
    }

    private func parameter(_ name: String, at range: Range<Int>) throws(CellMistake) -> JSON {
        if let value = parameters[name] { return value }
        var hint = "set it in an earlier cell: `let \(name) = ...`"
        if let nearest = NearestName.find(name, among: parameters.keys.sorted()) { hint = "did you mean `{\(nearest)}`? Otherwise \(hint)" }
        throw CellMistake(Self.unknownName, "there is no parameter `\(name)`", at: range, hint: hint)
    }

    private func text(of value: JSON, _ name: String, at range: Range<Int>) throws(CellMistake) -> String {
        switch value {
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .double(let value): return value.description
        case .string(let value): return value
        case .array(let elements):
            var texts: [String] = []
            for element in elements { texts.append(try text(of: element, name, at: range)) }
            return texts.joined(separator: ",")
        case .null:
            throw CellMistake(
                "EmptyParameter", "the parameter `\(name)` holds no value (nil)", at: range, hint: "give it one, or leave the option away")
        case .object:
            throw CellMistake(
                "InvalidValue", "the parameter `\(name)` is a dictionary, which no option takes", at: range,
                hint: "use a number, a string, true, false or an array")
        }
    }
}
