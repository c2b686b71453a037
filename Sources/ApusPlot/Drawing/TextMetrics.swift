/// Estimates how wide a text will be: the viewer's font is unknown, but sans-serif system fonts differ little.
enum TextMetrics {
    /// How much wider a text is in semibold, which many systems show as bold.
    static let semiboldFactor = 1.12

    /// Width in user units, a few per cent too large rather than too small.
    static func width(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + advance($1) } * size
    }

    /// Advance in ems, after DejaVu Sans, the widest font in common use.
    private static func advance(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "'", "|", ".", ",", ":", ";", "!": 0.28
        case "f", "t", "r", "I", " ", "-", "(", ")", "/", "⁻": 0.36
        case "⁰"..."⁹", "¹", "²", "³": 0.38
        case "m", "w", "M", "W", "%", "@", "—", "…": 0.90
        case "A"..."Z": 0.70
        case "0"..."9": 0.64
        case "\u{0}"..."\u{2FF}": 0.60
        case "\u{1100}"...: 1.05
        default: 0.62
        }
    }

    /// The text, cut with an ellipsis when it is wider than `limit`.
    static func fitted(_ text: String, size: Double, limit: Double) -> String {
        if width(text, size: size) <= limit { return text }
        var cut = text
        while !cut.isEmpty, width(cut + "…", size: size) > limit { cut.removeLast() }
        return cut.isEmpty ? "" : cut + "…"
    }
}
