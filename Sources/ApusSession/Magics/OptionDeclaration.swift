import ApusJSON

/// What a magic's declaration says about one option, flag or argument.
public struct OptionDeclaration: Sendable, Equatable {
    public enum Kind: String, Sendable, Equatable {
        /// A value without a name.
        case positional
        /// A name followed by a value.
        case option
        /// A name alone.
        case flag
    }

    /// Where values come from beyond ``values``.
    public enum ValueSource: Sendable, Equatable {
        case none
        /// Files with one of these extensions, or all when there are none.
        case files(extensions: [String])
        case directories
    }

    public var kind: Kind
    /// All names with their dashes; empty for a positional argument.
    public var names: [String]
    /// The name used in messages: `--epochs`, or `<file>` for a positional argument.
    public var title: String
    public var valueName: String
    public var help: String
    public var defaultValue: String?
    /// The only values it takes; empty when it takes others.
    public var values: [String]
    public var valueSource: ValueSource
    public var isOptional: Bool
    public var isRepeating: Bool
    public var isShown: Bool

    /// Reads one entry of `arguments` in the JSON that swift-argument-parser describes a command with.
    init?(_ json: JSON) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init) else { return nil }
        self.kind = kind
        names = (json["names"]?.array ?? []).compactMap(OptionDeclaration.spelledName)
        valueName = json["valueName"]?.string ?? "value"
        title = json["preferredName"].flatMap(OptionDeclaration.spelledName) ?? names.first ?? "<\(valueName)>"
        help = [json["abstract"]?.string, json["discussion"]?.string].compactMap { $0 }.joined(separator: " ")
        defaultValue = json["defaultValue"]?.string
        let listed = json["completionKind"]?["list"]?["values"]?.array
        values = (json["allValues"]?.array ?? listed ?? []).compactMap(\.string)
        if let extensions = json["completionKind"]?["file"]?["extensions"]?.array {
            valueSource = .files(extensions: extensions.compactMap(\.string))
        } else {
            valueSource = json["completionKind"]?["directory"] == nil ? .none : .directories
        }
        isOptional = json["isOptional"]?.bool ?? false
        isRepeating = json["isRepeating"]?.bool ?? false
        isShown = json["shouldDisplay"]?.bool ?? true
    }

    private static func spelledName(_ json: JSON) -> String? {
        guard let name = json["name"]?.string else { return nil }
        return json["kind"]?.string == "long" ? "--" + name : "-" + name
    }

    /// How it is written: `--epochs <epochs>`.
    public var synopsis: String {
        switch kind {
        case .positional: title
        case .option: "\(title) <\(valueName)>"
        case .flag: title
        }
    }

    /// A line about it: help, choices and default.
    public var summary: String {
        var parts = help.isEmpty ? [] : [help]
        if !values.isEmpty, !values.allSatisfy(help.contains) { parts.append("One of \(values.joined(separator: ", ")).") }
        if let defaultValue, kind != .flag { parts.append("(default: \(defaultValue))") }
        if !isOptional { parts.append("(required)") }
        return parts.joined(separator: " ")
    }
}
