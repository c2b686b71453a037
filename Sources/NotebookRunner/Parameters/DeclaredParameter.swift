/// The parameters that a cell declares: `let name = literal`, `var name: Type = literal`, or `name = literal`, one a line.
struct DeclaredParameter: Equatable {
    var name: String
    /// Whether the value is a string.
    var isText: Bool

    static func all(in source: String) -> [DeclaredParameter] {
        source.linesWithEnds().compactMap { DeclaredParameter(line: $0.trimmed) }
    }

    private init?(line: String) {
        var rest = line[...]
        for keyword in ["let ", "var "] where rest.hasPrefix(keyword) { rest = rest.dropFirst(keyword.count).drop { $0 == " " } }
        let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        guard let first = name.first, !first.isNumber, let equals = rest.firstIndex(of: "="),
            rest[name.endIndex..<equals].allSatisfy({ $0 != "(" && $0 != "." })
        else { return nil }
        let value = rest[rest.index(after: equals)...].drop { $0 == " " }
        guard value.first != "=" else { return nil }
        self.name = String(name)
        isText = value.first == "\"" || value.first == "'"
    }
}
