/// The Swift code that a place of a cell belongs to.
struct SwiftPlace {
    /// The cell up to the end of the code, with blanks in place of what is no Swift.
    let source: CellSource

    /// Nil for a place that is a magic's.
    init?(_ source: CellSource, cursor: Int, catalogue: MagicCatalogue) {
        let magics = (1...source.lineCount).filter { source.line($0).first { $0 != " " && $0 != "\t" } == "%" }
        guard let last = magics.last else {
            self.source = source
            return
        }
        // A cell has magics or Swift code, but for the magics that run code, such as `%%time`.
        guard let start = Self.codeStart(source, line: last, catalogue), start.offset <= cursor, magics.count == 1 || !start.isCell else {
            return nil
        }
        let end = start.isCell ? source.count : source.lineRange(last).upperBound
        guard cursor <= end else { return nil }
        var blanked = String.UnicodeScalarView(source.scalars[..<start.offset].map { $0.isLineBreak ? $0 : " " })
        blanked.append(contentsOf: source.scalars[start.offset..<end])
        self.source = CellSource(String(blanked))
    }

    /// Where the code begins that the magics of a line run, `%%time` or `%timeit -n 5`; nil when they run none.
    private static func codeStart(_ source: CellSource, line: Int, _ catalogue: MagicCatalogue) -> (offset: Int, isCell: Bool)? {
        var cursor = ScalarCursor(source, source.lineRange(line))
        var isCell = false
        cursor.skip { $0.isBlank }
        while cursor.current == "%" {
            let percents = cursor.take { $0 == "%" }
            let name = source[cursor.take { $0.isMagicNamePart }]
            guard let declaration = catalogue.declaration(named: name), case .cell = declaration.type.body, cursor.current?.isBlank ?? true else {
                return nil
            }
            if percents.count > 1 { isCell = true }
            skipOptions(&cursor, declaration)
        }
        return (cursor.offset, isCell)
    }

    private static func skipOptions(_ cursor: inout ScalarCursor, _ declaration: MagicDeclaration) {
        cursor.skip { $0.isBlank }
        while cursor.current == "-" {
            let word = cursor.source[cursor.take { !$0.isBlank }]
            cursor.skip { $0.isBlank }
            guard !word.contains("="), declaration.option(named: word)?.kind == .option else { continue }
            _ = cursor.take { !$0.isBlank }
            cursor.skip { $0.isBlank }
        }
    }
}
