/// One value in a layer call.
public enum ArgumentValue: Sendable, Hashable, CustomStringConvertible {
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case string(String)
    /// A case of an enumeration: `.relu`.
    case choice(String)

    /// The value in Swift syntax.
    public var description: String {
        switch self {
        case .integer(let value): String(value)
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value)).0" : "\(value)"
        case .boolean(let value): String(value)
        case .string(let value): "\"" + value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
        case .choice(let value): "." + value
        }
    }
}

/// What an argument accepts.
public enum ArgumentType: Sendable, Equatable, CustomStringConvertible {
    case integer(ClosedRange<Int>)
    case number(Range<Double>)
    case boolean
    case string
    case choice([String])

    public var description: String {
        switch self {
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to below \(range.upperBound)"
        case .boolean: "true or false"
        case .string: "a text in quotes"
        case .choice(let names): "one of " + names.map { ".\($0)" }.joined(separator: ", ")
        }
    }

    /// The value as this type has it (an integer literal where a number is wanted), or nil when it does not fit.
    func admit(_ value: ArgumentValue) -> ArgumentValue? {
        switch (self, value) {
        case (.integer(let range), .integer(let i)): range.contains(i) ? value : nil
        case (.number(let range), .number(let x)): range.contains(x) ? value : nil
        case (.number(let range), .integer(let i)): range.contains(Double(i)) ? .number(Double(i)) : nil
        case (.boolean, .boolean): value
        case (.string, .string(let text)): text.isEmpty ? nil : value
        case (.choice(let names), .choice(let name)): names.contains(name) ? value : nil
        default: nil
        }
    }
}

/// One argument of a layer.
public struct ArgumentSignature: Sendable, Equatable {
    public let name: String
    /// What stands before the value in a call; nil for an unlabelled argument.
    public let label: String?
    public let type: ArgumentType
    /// nil for an argument that must be given.
    public let defaultValue: ArgumentValue?
    public let summary: String

    /// An argument labelled with its name.
    public init(_ name: String, _ type: ArgumentType, default defaultValue: ArgumentValue? = nil, summary: String) {
        self.init(name, label: name, type, default: defaultValue, summary: summary)
    }

    public init(_ name: String, label: String?, _ type: ArgumentType, default defaultValue: ArgumentValue? = nil, summary: String) {
        self.name = name
        self.label = label
        self.type = type
        self.defaultValue = defaultValue
        self.summary = summary
    }
}

/// Settings of a layer by argument name.
public struct LayerArguments: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    private var values: [String: ArgumentValue]

    public init(dictionaryLiteral elements: (String, ArgumentValue)...) { values = Dictionary(uniqueKeysWithValues: elements) }
    init(_ values: [String: ArgumentValue]) { self.values = values }

    public subscript(name: String) -> ArgumentValue? {
        get { values[name] }
        set { values[name] = newValue }
    }

    // A layer asks for what its own signature declares; anything else is a mistake in the layer.
    public func integer(_ name: String) -> Int {
        guard case .integer(let value)? = values[name] else { preconditionFailure("no integer argument \(name)") }
        return value
    }
    public func number(_ name: String) -> Double {
        guard case .number(let value)? = values[name] else { preconditionFailure("no number argument \(name)") }
        return value
    }
    public func boolean(_ name: String) -> Bool {
        guard case .boolean(let value)? = values[name] else { preconditionFailure("no boolean argument \(name)") }
        return value
    }
    public func string(_ name: String) -> String {
        guard case .string(let value)? = values[name] else { preconditionFailure("no string argument \(name)") }
        return value
    }
    public func choice(_ name: String) -> String {
        guard case .choice(let value)? = values[name] else { preconditionFailure("no choice argument \(name)") }
        return value
    }
}

/// How a layer is called: for the reader of `%%build` bodies, completion, tooltips and the reference page.
public struct LayerSignature: Sendable, Equatable {
    public let name: String
    public let summary: String
    public let arguments: [ArgumentSignature]
    public let example: String
    /// Whether a block of layers follows the arguments (`Head`).
    public let takesLayers: Bool

    public init(_ name: String, summary: String, arguments: [ArgumentSignature], example: String, takesLayers: Bool = false) {
        self.name = name
        self.summary = summary
        self.arguments = arguments
        self.example = example
        self.takesLayers = takesLayers
    }

    /// The call in Swift syntax, without arguments that have their default.
    public func call(_ values: LayerArguments) -> String {
        let parts = arguments.compactMap { argument -> String? in
            guard let value = values[argument.name], value != argument.defaultValue else { return nil }
            return argument.label.map { "\($0): \(value)" } ?? "\(value)"
        }
        return "\(name)(\(parts.joined(separator: ", ")))"
    }

    /// One line for a tooltip: `LSTM(units, returnsSequences: = false)`.
    public var prototype: String {
        let parts = arguments.map { argument in
            (argument.label.map { "\($0): " } ?? "") + (argument.label == nil ? argument.name : "")
                + (argument.defaultValue.map { "\($0)" } ?? (argument.label == nil ? "" : "…"))
        }
        return "\(name)(\(parts.joined(separator: ", ")))" + (takesLayers ? " { … }" : "")
    }

    /// The first argument whose value is missing or does not fit, in words; nil when all is well.
    func problem(in values: LayerArguments) -> String? {
        for argument in arguments {
            guard let value = values[argument.name] else { return "\(name) needs \(argument.label.map { "\($0):" } ?? argument.name)" }
            if argument.type.admit(value) == nil { return "\(argument.name) of \(name) is \(argument.type), not \(value)" }
        }
        return nil
    }
}

/// All layers that a `%%build` body knows.
public enum LayerCatalogue {
    public static let layers: [any Layer.Type] = [
        LSTM.self, GRU.self, Dense.self, Dropout.self, LayerNorm.self, PositionalEncoding.self, MultiHeadAttention.self, TransformerEncoder.self,
        GlobalAveragePooling.self,
    ]

    /// Signatures of the layers and of `Head`.
    public static var signatures: [LayerSignature] { layers.map { $0.signature } + [Head.signature] }

    public static func signature(named name: String) -> LayerSignature? { signatures.first { $0.name == name } }

    static func layer(_ name: String, _ arguments: LayerArguments) -> (any Layer)? {
        layers.first { $0.signature.name == name }?.init(arguments)
    }
}

/// `(30, 13)`, as errors and summaries show shapes.
func shapeText(_ shape: [Int]) -> String { "(" + shape.map(String.init).joined(separator: ", ") + ")" }
