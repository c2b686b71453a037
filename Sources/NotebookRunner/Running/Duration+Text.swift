extension Duration {
    /// Seconds with a fraction.
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// `7 ms`, `0.25 s`, `12.3 s`, `3 min 20 s`, for people.
    package var spoken: String {
        let value = seconds
        if value >= 120 {
            let whole = Int(value.rounded())
            return "\(whole / 60) min \(whole % 60) s"
        }
        if value < 0.1 { return "\(Int((value * 1000).rounded())) ms" }
        return value >= 10 ? "\(Self.decimal(value, 1)) s" : "\(Self.decimal(value, 2)) s"
    }

    /// Seconds with three decimals, for files.
    package var decimalSeconds: String { Self.decimal(seconds, 3) }

    /// `value` with exactly so many decimals.
    private static func decimal(_ value: Double, _ places: Int) -> String {
        let scale = [1, 10, 100, 1000][places]
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
    }
}
