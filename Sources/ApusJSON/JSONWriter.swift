extension JSON {
    /// How a JSON text is laid out. Both forms are what Python's `json.dumps` writes with `ensure_ascii=False`.
    public enum Layout: Sendable {
        /// One line, no spaces: `{"a":1}`.
        case compact
        /// One member a line, indented by so many spaces a level.
        case indented(Int)
    }

    /// The JSON text. Numbers that JSON cannot hold (NaN, infinities) become `null`.
    public func text(_ layout: Layout = .compact) -> String { String(decoding: utf8(layout), as: UTF8.self) }

    /// The bytes of the JSON text.
    public func utf8(_ layout: Layout = .compact) -> ContiguousArray<UInt8> {
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
    var output = ContiguousArray<UInt8>()

    init(layout: JSON.Layout) {
        self.layout = layout
        output.reserveCapacity(256)
    }

    mutating func write(_ value: JSON, level: Int) {
        switch value {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .int(let value): output += String(value).utf8
        case .double(let value): output += JSONWriter.text(of: value).utf8
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
        output.append(UInt8(ascii: "\n"))
        output += repeatElement(UInt8(ascii: " "), count: width * level)
    }

    private mutating func writeArray(_ elements: [JSON], level: Int) {
        output.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            breakLine(level + 1)
            write(element, level: level + 1)
        }
        if !elements.isEmpty { breakLine(level) }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func writeObject(_ object: JSONObject, level: Int) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in object.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            breakLine(level + 1)
            writeString(member.key)
            output.append(UInt8(ascii: ":"))
            if case .indented = layout { output.append(UInt8(ascii: " ")) }
            write(member.value, level: level + 1)
        }
        if !object.isEmpty { breakLine(level) }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func writeString(_ text: String) {
        var text = text
        text.withUTF8 { writeString($0) }
    }

    private mutating func writeString(_ bytes: UnsafeBufferPointer<UInt8>) {
        output.append(UInt8(ascii: "\""))
        // Whatever needs no escape is appended in runs, which is several times faster than byte by byte.
        var start = 0
        for (position, byte) in bytes.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<position]))
            writeEscaped(byte)
            start = position + 1
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        output.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): output.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): output.append(UInt8(ascii: "t"))
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0..<0x20: output += "u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
        default: output.append(byte)
        }
    }
}
