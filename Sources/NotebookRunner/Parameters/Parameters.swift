public import ApusJSON

/// Values for the parameters of a notebook, in the order in which they were given; later ones win.
public struct Parameters: Sendable, Equatable {
    /// A value whose type is known, or a text from the command line, whose type follows from the notebook's default.
    enum Value: Sendable, Equatable {
        case literal(JSON)
        case text(String)
    }

    private(set) var values: [(name: String, value: Value)] = []

    public init() {}

    public var isEmpty: Bool { values.isEmpty }
    public var names: [String] { values.map(\.name) }

    /// The parameters whose values hold an access token of the Hugging Face Hub, which no notebook may hold.
    public var namesOfTokens: [String] {
        values.filter { _, value in
            switch value {
            case .literal(let json): json.text().holdsToken
            case .text(let text): text.holdsToken
            }
        }.map(\.name)
    }

    /// `-p name value`: a number or truth value where the text is one and the notebook's default is not a string.
    public mutating func set(_ name: String, text: String) throws(ParameterError) {
        try set(name, .text(text))
    }

    /// A value of known type.
    public mutating func set(_ name: String, _ value: JSON) throws(ParameterError) {
        try set(name, .literal(value))
    }

    private mutating func set(_ name: String, _ value: Value) throws(ParameterError) {
        guard let first = name.unicodeScalars.first, first == "_" || first.properties.isXIDStart,
            name.unicodeScalars.allSatisfy({ $0.properties.isXIDContinue })
        else { throw ParameterError("'\(name)' cannot be the name of a parameter: use letters, digits and _, beginning with a letter") }
        values.removeAll { $0.name == name }
        values.append((name, value))
    }

    /// The literal that stands for `value`, whose default in the notebook is a string or not.
    static func literal(_ value: Value, defaultIsText: Bool) -> JSON {
        switch value {
        case .literal(let value): value
        case .text(let text): defaultIsText ? .string(text) : typed(text)
        }
    }

    /// The type that a text from the command line has, as papermill decides it, and JSON lists besides.
    static func typed(_ text: String) -> JSON {
        switch text {
        case "true", "True": return true
        case "false", "False": return false
        case "nil", "None", "null": return nil
        default: break
        }
        if let value = Int(text) { return .int(value) }
        // A word that Double reads, such as "nan" or "inf", is text unless it begins like a number.
        if let first = text.utf8.first(where: { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }),
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "."), !text.hasPrefix("0x"), let value = Double(text)
        {
            return .double(value)
        }
        if text.hasPrefix("["), let value = try? JSON(parsing: text) { return value }
        return .string(text)
    }

    public static func == (left: Parameters, right: Parameters) -> Bool {
        left.values.elementsEqual(right.values) { $0.name == $1.name && $0.value == $1.value }
    }
}

extension String {
    /// Whether `hf_` and at least 20 letters or digits stand in it; real tokens have 34.
    fileprivate var holdsToken: Bool {
        var rest = utf8[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "h")) {
            rest = rest[start...]
            if rest.starts(with: "hf_".utf8), rest.dropFirst(3).prefix(while: \.isLetterOrDigit).count >= 20 { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
