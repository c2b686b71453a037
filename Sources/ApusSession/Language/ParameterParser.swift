import ApusJSON

/// Reads one `let name: Type = literal` or `name = literal`, with the comment that may follow.
struct ParameterParser {
    private(set) var cursor: ScalarCursor

    init(_ cursor: ScalarCursor) { self.cursor = cursor }

    mutating func parse() throws(ParsingEnd) -> ParameterAssignment {
        let start = cursor.offset
        let line = start..<max(start + 1, cursor.restOfLine.upperBound)
        var name = takeName()
        let isSwiftForm = ["let", "var"].contains(cursor.source[name])
        if isSwiftForm {
            cursor.skip { $0.isBlank }
            name = takeName()
        }
        cursor.skip { $0.isBlank }
        var annotation: ParameterType?
        if isSwiftForm, cursor.current == ":" {
            cursor.offset += 1
            annotation = parseAnnotation()
            if annotation == nil { throw .swift(SwiftCode(range: line)) }
            cursor.skip { $0.isBlank }
        }
        guard !name.isEmpty, cursor.current == "=", cursor.peek(1) != "=" else { throw .swift(SwiftCode(range: line)) }
        cursor.offset += 1
        do { try cursor.skipSpaceAndComments() } catch { throw .mistake(error) }
        var literal = LiteralParser(cursor)
        let valueStart = cursor.offset
        var value = try literal.parse()
        cursor = literal.cursor
        let valueRange = valueStart..<cursor.offset
        try expectEnd(afterValue: valueRange)
        if let annotation { value = try annotation.convert(value, at: valueRange, of: cursor.source) }
        return ParameterAssignment(name: cursor.source[name], nameRange: name, value: value, valueRange: valueRange)
    }

    private mutating func takeName() -> Range<Int> {
        guard let first = cursor.current, first.isNameStart else { return cursor.offset..<cursor.offset }
        return cursor.take { $0.isNamePart }
    }

    private mutating func parseAnnotation() -> ParameterType? {
        let text = cursor.take { !$0.isLineBreak && $0 != "=" }
        return ParameterType(cursor.source[text])
    }

    private mutating func expectEnd(afterValue value: Range<Int>) throws(ParsingEnd) {
        cursor.skip { $0.isBlank }
        guard let scalar = cursor.current, !scalar.isLineBreak, scalar != ";", scalar != "#", !cursor.starts(with: "//"), !cursor.starts(with: "/*")
        else { return }
        let rest = cursor.restOfLine
        throw .swift(SwiftCode(range: rest, reason: "`\(cursor.source[rest])` follows the literal `\(cursor.source[value])`"))
    }
}

/// The type a parameter is declared with; only those that literals have.
indirect enum ParameterType {
    case integer, number, text, boolean
    case list(ParameterType)
    case optional(ParameterType)

    init?(_ text: String) {
        let name = text.filter { $0 != " " && $0 != "\t" }
        if name.hasSuffix("?") {
            guard let wrapped = ParameterType(String(name.dropLast())) else { return nil }
            self = .optional(wrapped)
        } else if name.hasPrefix("["), name.hasSuffix("]"), name.count > 2 {
            guard let element = ParameterType(String(name.dropFirst().dropLast())) else { return nil }
            self = .list(element)
        } else {
            switch name {
            case "Int", "UInt", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64": self = .integer
            case "Double", "Float", "Float32", "Float64": self = .number
            case "String": self = .text
            case "Bool": self = .boolean
            default: return nil
            }
        }
    }

    private var description: String {
        switch self {
        case .integer: "an integer"
        case .number: "a number"
        case .text: "a string"
        case .boolean: "true or false"
        case .list: "an array"
        case .optional(let wrapped): wrapped.description + " or nil"
        }
    }

    func convert(_ value: JSON, at range: Range<Int>, of source: CellSource) throws(ParsingEnd) -> JSON {
        guard let converted = converted(value) else {
            throw .mistake(
                CellMistake(
                    "WrongType", "the parameter is declared as \(description), and `\(source[range])` is not", at: range,
                    hint: "change the value, or leave the type away"))
        }
        return converted
    }

    private func converted(_ value: JSON) -> JSON? {
        switch (self, value) {
        case (.integer, .int), (.number, .double), (.text, .string), (.boolean, .bool), (.optional, .null): value
        case (.number, .int(let integer)): .double(Double(integer))
        case (.optional(let wrapped), _): wrapped.converted(value)
        case (.list(let element), .array(let values)):
            values.reduce(into: [] as [JSON]?) { list, value in
                list = element.converted(value).flatMap { converted in list.map { $0 + [converted] } }
            }.map(JSON.array)
        default: nil
        }
    }
}
