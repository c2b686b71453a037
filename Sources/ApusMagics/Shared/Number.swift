import Glibc

/// Numbers as tables show them.
enum Number {
    /// Fixed decimals: `0.4311`.
    static func text(_ value: Double, digits: Int = 4) -> String {
        guard value.isFinite else { return "–" }
        guard abs(value) < 1e12 else { return value.description }
        let scale = pow(10, Double(digits))
        let scaled = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % Int64(scale))
        return sign + String(scaled / Int64(scale)) + "." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    }

    /// Four significant digits, for losses and rates of any size: `0.001`, `3.142`, `2.5e-07`.
    static func significant(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
        let exponent = Int(floor(log10(abs(value))))
        guard (-4...5).contains(exponent) else { return "\(trimmed(text(value / pow(10, Double(exponent)), digits: 3)))e\(exponent)" }
        return exponent >= 3 ? text(value, digits: 0) : trimmed(text(value, digits: 3 - exponent))
    }

    /// Names with their values, as they stand beside a progress bar: `loss 0.2055 · mae 0.3852`.
    static func figures(_ values: some Sequence<(String, Double)>) -> String {
        values.map { "\($0.0) \(significant($0.1))" }.joined(separator: " · ")
    }

    static func percent(_ share: Double) -> String { text(share * 100, digits: 1) + " %" }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}

extension Number {
    /// Thousands apart: `33,653`.
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(abs(value)))
        let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[max(0, $0 - 3)..<$0]) }
        return (value < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
    }
}
