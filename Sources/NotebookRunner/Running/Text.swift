extension String {
    /// Without white space at both ends.
    package var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// Without ANSI escape sequences: colours, cursor movements and titles.
    package var withoutEscapeSequences: String {
        guard utf8.contains(0x1B) else { return self }
        var plain = String.UnicodeScalarView()
        var rest = unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\u{1B}" else {
                plain.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "["?: while let next = rest.popFirst(), !("@"..."~").contains(next) {}
            case "]"?: while let next = rest.popFirst(), next != "\u{07}" && next != "\u{1B}" {}
            default: break
            }
        }
        return String(plain)
    }
}
