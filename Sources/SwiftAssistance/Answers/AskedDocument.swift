package import ApusJSON
package import ApusSession

/// The text that a server is asked about: what a cell sees of the cells before, and the cell.
///
/// Jupyter counts scalars of the cell; the protocol lines, and UTF-16 units in them.
package struct AskedDocument: Equatable {
    package let text: String
    private let code: [Unicode.Scalar]
    private let linesBefore: Int

    /// - Parameters:
    ///   - preamble: Whole lines.
    ///   - blankLines: Lines between the preamble and the cell; the server takes what is asked at one place again for the same question.
    package init(_ source: CellSource, preamble: String, blankLines: Int) {
        let before = preamble + String(repeating: "\n", count: blankLines + 1)
        code = Self.plain(Array(source.text.unicodeScalars))
        linesBefore = before.unicodeScalars.count { $0 == "\n" }
        var cell = String.UnicodeScalarView()
        cell.append(contentsOf: code)
        text = before + String(cell)
    }

    /// Every scalar stays where it is, but line breaks are line feeds alone: servers differ in what else they count as one.
    private static func plain(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        scalars.indices.map { index in
            switch scalars[index] {
            case "\r": index + 1 < scalars.count && scalars[index + 1] == "\n" ? " " : "\n"
            case "\u{0}", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": " "
            case let scalar: scalar
            }
        }
    }

    /// The position of a scalar of the cell.
    package func position(of offset: Int) -> JSON {
        let before = code[..<min(max(offset, 0), code.count)]
        let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        let units = before[lineStart...].reduce(0) { $0 + UTF16.width($1) }
        return ["line": .int(linesBefore + before.count { $0 == "\n" }), "character": .int(units)]
    }

    /// The scalar of the cell at a position; nil when that is not in the cell.
    package func offset(of position: JSON?) -> Int? {
        guard let line = position?["line"]?.int, let character = position?["character"]?.int, line >= linesBefore, character >= 0 else { return nil }
        var offset = 0
        for _ in linesBefore..<line {
            guard let lineBreak = code[offset...].firstIndex(of: "\n") else { return nil }
            offset = lineBreak + 1
        }
        var units = 0
        while units < character {
            guard offset < code.count, code[offset] != "\n" else { return nil }
            units += UTF16.width(code[offset])
            offset += 1
        }
        return offset
    }
}
