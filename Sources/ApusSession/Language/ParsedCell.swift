import ApusJSON

/// A cell as the parser understands it.
enum ParsedCell {
    /// What to do, one after the other; none for an empty cell or one of comments.
    case statements([CellStatement])
    /// The cell is Swift code.
    case swift(SwiftCode)
}

/// Code that is neither a magic nor a parameter.
struct SwiftCode {
    /// The first scalars that are.
    var range: Range<Int>
    /// Why they cannot be a parameter, where they begin like one.
    var reason: String?
}

indirect enum CellStatement {
    case parameter(ParameterAssignment)
    case magic(MagicCall)
    case help(HelpCall)
}

/// `let name = literal`, or `name = literal` as papermill injects it.
struct ParameterAssignment {
    var name: String
    var nameRange: Range<Int>
    var value: JSON
    var valueRange: Range<Int>
}

/// A magic with its options, not yet understood.
struct MagicCall {
    /// Without the percent signs.
    var name: String
    /// Covers the percent signs too.
    var nameRange: Range<Int>
    /// `%%name` rather than `%name`.
    var isCell: Bool
    var tokens: [CellToken] = []
    var body: CellBody?
    /// What a magic such as `%time` runs.
    var nested: [CellStatement] = []
    /// The scalars of the code that it runs, where that is Swift.
    var nestedSwift: Range<Int>?

    /// As the user writes it.
    var spelled: String { (isCell ? "%%" : "%") + name }

    /// The scalars of the value given for the option called `name` (with its dashes), or of the option when it has no value of its own.
    func range(ofOption name: String) -> Range<Int>? {
        guard let index = tokens.firstIndex(where: { $0.option?.text == name }) else { return nil }
        if let value = tokens[index].value { return value.range }
        if index + 1 < tokens.count, tokens[index + 1].option == nil { return tokens[index + 1].range }
        return tokens[index].range
    }
}

/// `%%name?`, `%%name??` or `%%name --help`.
struct HelpCall {
    /// Empty for help about everything.
    var name: String
    var nameRange: Range<Int>
    var isCell: Bool
    var detail: InspectionDetail

    var spelled: String { (isCell ? "%%" : "%") + name }
}
