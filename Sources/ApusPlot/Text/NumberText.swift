import Glibc

/// Numbers as people read them, without locale: `.` before decimals.
enum NumberText {
    /// A number with so many decimals, rounded half away from zero.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
        let scaled = (value.magnitude * pow(10, Double(decimals))).rounded()
        // Beyond 2^53 the shortest digits say all there is.
        guard scaled < 9e15 else { return value.description }
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let digits = String(Int(scaled))
        guard decimals > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }

    /// A number with so many significant digits, without useless zeros: `0.4124`, `12,345`, `1.5×10⁻⁷`.
    static func compact(_ value: Double, significantDigits: Int = 4) -> String {
        guard value.isFinite else { return fixed(value, decimals: 0) }
        guard value != 0 else { return "0" }
        let exponent = exponent(of: value)
        if exponent < -4 || exponent >= 7 {
            return withPower(trimmed(fixed(value / pow(10, Double(exponent)), decimals: significantDigits - 1)), exponent)
        }
        return grouped(trimmed(fixed(value, decimals: max(0, significantDigits - 1 - exponent))))
    }

    /// The power of ten of the first digit.
    static func exponent(of value: Double) -> Int { value == 0 ? 0 : Int(floor(log10(value.magnitude) + 1e-12)) }

    /// `mantissa×10ⁿ`; a mantissa of one is left out.
    static func withPower(_ mantissa: String, _ exponent: Int) -> String {
        let power = "10" + superscript(exponent)
        return switch mantissa {
        case "1": power
        case "-1": "-" + power
        default: "\(mantissa)×\(power)"
        }
    }

    static func superscript(_ number: Int) -> String {
        String(
            String(number).map { character in
                switch character {
                case "-": "⁻"
                case "1": "¹"
                case "2": "²"
                case "3": "³"
                default: Character(Unicode.Scalar(0x2070 + UInt32(character.wholeNumberValue ?? 0))!)
                }
            })
    }

    /// The text of a number without zeros at the end of its decimals.
    static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    /// `1234567.5` as `1,234,567.5`.
    static func grouped(_ text: String) -> String {
        let digits = text.prefix { $0 != "." }
        let sign = digits.hasPrefix("-") ? "-" : ""
        var grouped = ""
        for (index, digit) in digits.dropFirst(sign.count).reversed().enumerated() {
            if index > 0, index % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return sign + String(grouped.reversed()) + text.dropFirst(digits.count)
    }
}
