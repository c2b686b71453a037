/// Text for XML 1.0 documents and HTML pages.
enum XML {
    /// `text` for content and attributes: markup escaped, colours removed, and characters that neither can hold left out.
    static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.withoutEscapeSequences.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "\t", "\n": escaped.append(scalar)
            case "\r": break
            case "\0"..<" ", "\u{7F}"..."\u{9F}": break
            case _ where scalar.properties.isNoncharacterCodePoint: break
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
