import ApusText

/// A column's name, taken apart: `bb_width_20_2.5` is the family `bb_width` with the parameters 20 and 2.5.
package struct ColumnName {
    package let family: IndicatorFamily
    package let parameters: ColumnParameters

    package init(_ text: String) throws(IndicatorError) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        let stem = parts.prefix(1) + parts.dropFirst().prefix { !Self.isNumber($0) }
        let numbers = parts.dropFirst(stem.count)
        let name = stem.joined(separator: "_")
        guard let family = FeatureColumns.families.first(where: { $0.name == name }) else {
            throw Self.unknown(text, name: name, numbers: numbers.map(String.init))
        }
        self.family = family
        guard numbers.count <= family.parameters.count else {
            throw Self.invalid(text, "has \(numbers.count) numbers", family)
        }
        var values: [Double] = []
        for (index, parameter) in family.parameters.enumerated() {
            guard index < numbers.count else {
                guard let usual = parameter.usual else { throw Self.invalid(text, "lacks \(parameter.name)", family) }
                values.append(usual)
                continue
            }
            let number = numbers[numbers.startIndex + index]
            guard let value = Double(number), parameter.range.contains(value), !parameter.isWhole || Self.isWhole(number) else {
                let kind = parameter.isWhole ? "whole number" : "number"
                let (least, most) = (Self.text(parameter.range.lowerBound), Self.text(parameter.range.upperBound))
                throw Self.invalid(text, "has \(parameter.name) \(number), which must be a \(kind) between \(least) and \(most)", family)
            }
            values.append(value)
        }
        parameters = ColumnParameters(values: values)
    }

    var recipe: ColumnRecipe { family.recipe(parameters) }

    private static func isNumber(_ part: Substring) -> Bool {
        part.first?.isASCII == true && part.first!.isNumber && part.allSatisfy { ($0.isASCII && $0.isNumber) || $0 == "." }
    }

    /// Digits without a leading zero, so that each column has one name.
    private static func isWhole(_ part: Substring) -> Bool { part.first != "0" && !part.contains(".") }

    private static func text(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }

    private static func invalid(_ text: String, _ what: String, _ family: IndicatorFamily) -> IndicatorError {
        IndicatorError(.invalidParameter, "column '\(text)' \(what); write it as \(family.form), such as \(family.example)")
    }

    private static func unknown(_ text: String, name: String, numbers: [String]) -> IndicatorError {
        let families = FeatureColumns.families
        // Nothing is near a name much longer than all there are.
        let letters = Array(name.lowercased().prefix(40))
        let nearest = families.map { (family: $0, distance: EditDistance.between(Array($0.name), letters)) }.min { $0.distance < $1.distance }!
        var message = "there is no column '\(text)'"
        if nearest.distance <= max(2, letters.count / 3) {
            let family = nearest.family
            let corrected = ([family.name] + numbers).joined(separator: "_")
            let isValid = (try? ColumnName(corrected)) != nil
            message += "; did you mean '\(isValid ? corrected : family.example)'?"
        } else {
            message += "."
        }
        return IndicatorError(.unknownColumn, message + " Columns: " + families.map(\.form).joined(separator: ", "))
    }
}
