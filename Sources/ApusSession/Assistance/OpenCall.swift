/// The magic that a place of an unfinished cell belongs to, found without requiring that the cell can be parsed.
struct OpenCall {
    let source: CellSource
    let name: String
    /// Covers the percent signs.
    let nameRange: Range<Int>
    let isCell: Bool

    /// Nil when the place belongs to no magic.
    init?(_ source: CellSource, cursor: Int, catalogue: MagicCatalogue) {
        self.source = source
        // A cell magic owns everything after it, a line magic its line.
        let lastLine = source.position(of: cursor).line
        for number in 1...lastLine {
            let line = source.lineRange(number)
            var scanner = ScalarCursor(source, line)
            scanner.skip { $0.isBlank || $0 == "?" }
            guard scanner.current == "%" else { continue }
            var found: (range: Range<Int>, isCell: Bool)?
            while scanner.current == "%" {
                let start = scanner.offset
                let percents = scanner.take { $0 == "%" }.count
                let name = scanner.take { $0.isMagicNamePart }
                guard start <= cursor else { break }
                found = (start..<name.upperBound, percents > 1)
                // `%time %%train`: the inner magic is the one that options belong to.
                guard case .cell = catalogue.type(named: source[name])?.body else { break }
                scanner.skip { $0.isBlank }
            }
            guard let found, found.isCell || number == lastLine else { continue }
            if case .cell = catalogue.type(named: String(source[found.range].drop { $0 == "%" }))?.body, number < lastLine { continue }
            nameRange = found.range
            name = String(source[found.range].drop { $0 == "%" })
            isCell = found.isCell
            return
        }
        return nil
    }

    /// The body, when `cursor` stands in it.
    func body(upTo cursor: Int, _ type: any Magic.Type) -> CellBody? {
        guard isCell, type.body.takesText else { return nil }
        let first = source.position(of: nameRange.upperBound).line + 1
        guard first <= source.lineCount else { return nil }
        for number in first...source.lineCount {
            let line = source.lineRange(number)
            var scanner = ScalarCursor(source, line)
            scanner.skip { $0.isBlank }
            guard let scalar = scanner.current, scalar != "-", scalar != "#", !scanner.starts(with: "//") else {
                // On a blank line below the options a body may begin.
                if scanner.isAtEnd, line.lowerBound <= cursor, cursor <= line.upperBound, number == source.lineCount || number > first {
                    return CellBody(source: source, range: cursor..<cursor)
                }
                continue
            }
            return cursor >= line.lowerBound ? CellBody(source: source, range: line.lowerBound..<source.count) : nil
        }
        return nil
    }

    /// The words of the options from the name to `cursor`, quotes kept; the last one ends at the cursor when the cursor touches it.
    func words(upTo cursor: Int) -> [Range<Int>] {
        var scanner = ScalarCursor(source, nameRange.upperBound..<max(nameRange.upperBound, cursor))
        var words: [Range<Int>] = []
        while let scalar = scanner.current {
            if scalar.isSpace {
                scanner.offset += 1
            } else if scalar == "#" || scanner.starts(with: "//") {
                scanner.skipLine()
            } else {
                words.append(word(&scanner))
            }
        }
        return words
    }

    private func word(_ scanner: inout ScalarCursor) -> Range<Int> {
        let start = scanner.offset
        var quote: Unicode.Scalar?
        while let scalar = scanner.current {
            if let open = quote {
                if scalar == open { quote = nil }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
            } else if scalar.isSpace {
                break
            }
            scanner.offset += 1
        }
        return start..<scanner.offset
    }

    func endOfWord(from cursor: Int) -> Int { end(from: cursor) { !$0.isSpace } }
    func endOfName(from cursor: Int) -> Int { end(from: cursor) { $0.isNamePart } }
    func endOfOption(from cursor: Int) -> Int { end(from: cursor) { !$0.isSpace && $0 != "=" } }

    private func end(from cursor: Int, while condition: (Unicode.Scalar) -> Bool) -> Int {
        var scanner = ScalarCursor(source, cursor..<source.count)
        scanner.skip(while: condition)
        return scanner.offset
    }
}
