/// The mistakes of single words.
extension ArgumentBinder {
    func unknownOption(_ written: CellToken.Option) -> CellMistake {
        let shown = declaration.options.filter { $0.kind != .positional && $0.isShown }
        var hint = "`\(call.spelled)?` describes every option"
        let names = shown.flatMap(\.names).map { String($0.drop { $0 == "-" }) }
        if let nearest = NearestName.find(String(written.text.drop { $0 == "-" }), among: names) {
            hint = "did you mean `\(nearest.count == 1 ? "-" : "--")\(nearest)`? \(hint)"
        }
        return CellMistake(
            "UnknownOption", "\(call.spelled) has no option `\(written.text)`", at: written.range,
            details: shown.isEmpty ? ["it takes no options"] : ["its options: \(shown.map(\.title).joined(separator: " "))"], hint: hint)
    }

    func missingValue(_ option: OptionDeclaration, _ written: CellToken.Option) -> CellMistake {
        let choices = option.values.isEmpty ? "" : ", one of \(option.values.joined(separator: ", "))"
        return CellMistake(
            "MissingValue", "`\(written.text)` needs a value\(choices)", at: written.range, details: option.help.isEmpty ? [] : [option.help],
            hint: "write `\(option.synopsis)`; a value that begins with `--` or `#` goes in quotes: `\(written.text)=\"...\"`")
    }

    static let unexpectedValueName = "UnexpectedValue"

    func unexpectedValue(_ value: CellToken.Value) -> CellMistake {
        let text = call.body?.source[value.range] ?? value.pieces.map(\.description).joined()
        var hint = "`\(call.spelled)?` describes every option"
        if let option = declaration.option(named: "--" + text) {
            hint = "did you mean `\(option.synopsis)`?"
        } else if let before = bindings.last, let start = before.value, before.option.kind == .option, isNext(value, after: before) {
            hint =
                start.hasSuffix(",")
                ? "write the list of `\(before.name)` without spaces, or in quotes"
                : "a value with spaces goes in quotes: `\(before.name) \"\(start) \(text)\"`; `\(call.spelled)?` describes every option"
        } else if call.isCell, declaration.type.body.takesText {
            hint = "the body begins on the next line"
        }
        return CellMistake(Self.unexpectedValueName, "\(call.spelled) takes no value here, found `\(text)`", at: value.range, hint: hint)
    }

    /// Whether only a space stands between a value and the one of the option before it.
    private func isNext(_ value: CellToken.Value, after binding: Binding) -> Bool { value.range.lowerBound == binding.valueRange.upperBound + 1 }

    func invalidChoice(_ text: String, _ option: OptionDeclaration, _ name: String, at range: Range<Int>) -> CellMistake {
        let nearest = NearestName.find(text, among: option.values)
        return CellMistake(
            "InvalidValue", "`\(text)` is not a value for `\(name)`", at: range,
            details: ["it takes \(option.values.joined(separator: ", "))"],
            hint: nearest.map { "did you mean `\($0)`?" } ?? "choose one of them")
    }
}

extension CellToken.Piece: CustomStringConvertible {
    public var description: String {
        switch self {
        case .text(let text): text
        case .parameter(let name, _): "{\(name)}"
        }
    }
}
