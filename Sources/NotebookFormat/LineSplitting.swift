extension String {
    /// The lines with their ends, split where Python's `str.splitlines(keepends=True)` splits; empty for an empty text.
    ///
    /// Those are line feed, carriage return, both together, vertical tab, form feed, the separators U+001C to U+001E,
    /// next line (U+0085), and the line and paragraph separators (U+2028, U+2029).
    package func linesWithEnds() -> [String] {
        var lines: [String] = []
        let bytes = utf8
        var start = bytes.startIndex
        var position = start
        while position < bytes.endIndex {
            let end = lineEnd(at: position)
            if let end {
                lines.append(String(self[start..<end]))
                start = end
            }
            position = end ?? bytes.index(after: position)
        }
        if start < bytes.endIndex { lines.append(String(self[start...])) }
        return lines
    }

    /// Where the line break that begins at `position` ends; nil when none begins there.
    private func lineEnd(at position: Index) -> Index? {
        let bytes = utf8
        let next = bytes.index(after: position)
        switch bytes[position] {
        case 0x0D: return next < bytes.endIndex && bytes[next] == 0x0A ? bytes.index(after: next) : next
        case 0x0A...0x0C, 0x1C...0x1E: return next
        case 0xC2: return bytes[next] == 0x85 ? bytes.index(after: next) : nil
        case 0xE2:
            let third = bytes.index(after: next)
            guard bytes[next] == 0x80, bytes[third] == 0xA8 || bytes[third] == 0xA9 else { return nil }
            return bytes.index(after: third)
        default: return nil
        }
    }
}
