extension JSON {
    /// How a JSON text is laid out. Both forms are what Python's `json.dumps` writes with `ensure_ascii=False`.
    public enum Layout: Sendable {
        /// One line, no spaces: `{"a":1}`.
        case compact
        /// One member a line, indented by so many spaces a level.
        case indented(Int)
    }

    /// The JSON text. Numbers that JSON cannot hold (NaN, infinities) become `null`.
    public func text(_ layout: Layout = .compact) -> String {
        var writer = JSONWriter(layout: layout)
        writer.write(self, level: 0)
        return writer.output
    }
}

extension JSON: CustomStringConvertible {
    public var description: String { text() }
}

private struct JSONWriter {
    let layout: JSON.Layout
    var output = ""

    init(layout: JSON.Layout) { self.layout = layout }

    mutating func write(_ value: JSON, level: Int) {
        switch value {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .int(let value): output += String(value)
        case .double(let value): output += JSONWriter.text(of: value)
        case .string(let value): writeString(value)
        case .array(let elements): writeArray(elements, level: level)
        case .object(let object): writeObject(object, level: level)
        }
    }

    /// The shortest digits that read back as the same number, in Python's `repr` form.
    static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        let text = value.description
        // Swift writes all digits up to 2^54, Python up to 1e16 only.
        guard value.magnitude >= 1e16, !text.contains("e") else { return text }
        let digits = String(text.drop { $0 == "-" }.prefix { $0 != "." })
        let significant = String(digits.reversed().drop { $0 == "0" }.reversed())
        let mantissa = significant.count == 1 ? significant : "\(significant.prefix(1)).\(significant.dropFirst())"
        return "\(value < 0 ? "-" : "")\(mantissa)e+\(digits.count - 1)"
    }

    private mutating func breakLine(_ level: Int) {
        guard case .indented(let width) = layout else { return }
        output += "\n"
        output += String(repeating: " ", count: width * level)
    }

    private mutating func writeArray(_ elements: [JSON], level: Int) {
        output += "["
        for (index, element) in elements.enumerated() {
            if index > 0 { output += "," }
            breakLine(level + 1)
            write(element, level: level + 1)
        }
        if !elements.isEmpty { breakLine(level) }
        output += "]"
    }

    private mutating func writeObject(_ object: JSONObject, level: Int) {
        output += "{"
        for (index, member) in object.enumerated() {
            if index > 0 { output += "," }
            breakLine(level + 1)
            writeString(member.key)
            if case .compact = layout { output += ":" } else { output += ": " }
            write(member.value, level: level + 1)
        }
        if !object.isEmpty { breakLine(level) }
        output += "}"
    }

    private mutating func writeString(_ text: String) {
        output += "\""
        // Whatever needs no escape is appended in runs, which is several times faster than scalar by scalar.
        var start = text.startIndex
        var position = start
        let bytes = text.utf8
        while position < bytes.endIndex {
            let byte = bytes[position]
            let next = bytes.index(after: position)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                output += text[start..<position]
                writeEscaped(Unicode.Scalar(byte))
                start = next
            }
            position = next
        }
        output += text[start...]
        output += "\""
    }

    private mutating func writeEscaped(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": output += "\\\""
        case "\\": output += "\\\\"
        case "\n": output += "\\n"
        case "\r": output += "\\r"
        case "\t": output += "\\t"
        case "\u{08}": output += "\\b"
        case "\u{0C}": output += "\\f"
        case "\u{00}"..<"\u{20}":
            let digits = String(scalar.value, radix: 16)
            output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: output.unicodeScalars.append(scalar)
        }
    }
}
