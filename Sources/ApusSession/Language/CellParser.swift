/// Reads the cell language: magics, parameters and comments; everything else is Swift.
struct CellParser {
    let source: CellSource
    /// What kind of body the magic called so takes; nil for an unknown magic.
    let bodyKind: (String) -> MagicBody?
    /// Whether that magic has options.
    private let hasOptions: (String) -> Bool

    init(_ source: CellSource, _ catalogue: MagicCatalogue) {
        self.source = source
        bodyKind = { catalogue.type(named: $0)?.body }
        hasOptions = { catalogue.declaration(named: $0)?.options.isEmpty == false }
    }

    /// `%time %time ...` nests; more than this is not meant.
    private static let deepestNesting = 8

    func parse() throws(CellMistake) -> ParsedCell {
        do {
            return .statements(try parse(0..<source.count, depth: 0))
        } catch {
            switch error {
            case .mistake(let mistake): throw mistake
            case .swift(let code): return .swift(code)
            }
        }
    }

    private func parse(_ range: Range<Int>, depth: Int) throws(ParsingEnd) -> [CellStatement] {
        var cursor = ScalarCursor(source, range)
        var statements: [CellStatement] = []
        while true {
            try skipBetweenStatements(&cursor)
            guard let scalar = cursor.current else { return statements }
            switch scalar {
            case "%": statements.append(try parseMagic(&cursor, depth: depth))
            case "?": statements.append(try parseLeadingHelp(&cursor))
            default: statements.append(.parameter(try parseParameter(&cursor)))
            }
        }
    }

    private func skipBetweenStatements(_ cursor: inout ScalarCursor) throws(ParsingEnd) {
        do {
            try cursor.skipSpaceAndComments()
            while cursor.current == ";" {
                cursor.offset += 1
                try cursor.skipSpaceAndComments()
            }
        } catch { throw .mistake(error) }
    }

    private func parseParameter(_ cursor: inout ScalarCursor) throws(ParsingEnd) -> ParameterAssignment {
        var parser = ParameterParser(cursor)
        let assignment = try parser.parse()
        cursor = parser.cursor
        return assignment
    }

    /// `?%%train` or `?train`, as IPython has it.
    private func parseLeadingHelp(_ cursor: inout ScalarCursor) throws(ParsingEnd) -> CellStatement {
        let start = cursor.offset
        let marks = cursor.take { $0 == "?" }.count
        let nameStart = cursor.offset
        let percents = cursor.take { $0 == "%" }.count
        let name = cursor.take { $0.isMagicNamePart }
        cursor.skip { $0.isBlank }
        guard percents <= 2, cursor.current?.isLineBreak ?? true else {
            throw .swift(SwiftCode(range: start..<max(start + 1, cursor.restOfLine.upperBound)))
        }
        return .help(
            HelpCall(
                name: source[name], nameRange: nameStart..<name.upperBound, isCell: percents != 1, detail: marks > 1 ? .full : .brief))
    }

    private func parseMagic(_ cursor: inout ScalarCursor, depth: Int) throws(ParsingEnd) -> CellStatement {
        let start = cursor.offset
        cursor.offset += 1
        let isCell = cursor.current == "%"
        if isCell { cursor.offset += 1 }
        let nameRange = cursor.take { $0.isMagicNamePart }
        let range = start..<nameRange.upperBound
        guard !nameRange.isEmpty else {
            throw .mistake(CellMistake("MissingName", "the name of a magic must follow `\(source[range])`", at: range, hint: "`%lsmagic` lists them"))
        }
        let call = MagicCall(name: source[nameRange], nameRange: range, isCell: isCell)
        let marks = cursor.take { $0 == "?" }.count
        if marks > 0 {
            cursor.skipLine()
            return .help(HelpCall(name: call.name, nameRange: range, isCell: isCell, detail: marks > 1 ? .full : .brief))
        }
        if let scalar = cursor.current, !scalar.isSpace {
            throw .mistake(
                CellMistake(
                    "InvalidMagic", "`\(scalar)` cannot stand in the name of a magic", at: cursor.offset..<cursor.offset + 1,
                    hint: "a space separates \(call.spelled) from its options"))
        }
        let kind = bodyKind(call.name) ?? .none
        if case .cell = kind { return try parseNesting(call, &cursor, depth: depth) }
        return try parseOptions(call, &cursor, takesBody: isCell && kind.takesText)
    }

    /// The options of a line magic end with its line, unless a quote is open; those of a cell magic with the cell, or where its body begins.
    private func parseOptions(_ call: MagicCall, _ cursor: inout ScalarCursor, takesBody: Bool) throws(ParsingEnd) -> CellStatement {
        var call = call
        let optionsEnd = call.isCell ? cursor.end : cursor.restOfLine.upperBound
        var scanner = OptionScanner(
            ScalarCursor(source, cursor.offset..<optionsEnd), stopsAtBody: takesBody, canContinue: call.isCell, magic: call.spelled)
        do { call.tokens = try scanner.scan() } catch { throw .mistake(error) }
        let bodyStart = scanner.cursor.offset
        cursor.offset = optionsEnd
        if let help = call.tokens.first(where: { ($0.option?.text == "--help" || $0.option?.text == "-h") && $0.value == nil }) {
            return .help(
                HelpCall(name: call.name, nameRange: call.nameRange, isCell: call.isCell, detail: help.option?.text == "-h" ? .brief : .full))
        }
        if takesBody { call.body = body(from: bodyStart, to: optionsEnd) }
        return .magic(call)
    }

    /// `-n 5 --repeats=3` before a cell that a magic runs: all on the magic's line, and each option with a value.
    private func parseLeadingOptions(_ cursor: inout ScalarCursor, magic: String) throws(ParsingEnd) -> [CellToken] {
        var rest = cursor
        while true {
            rest.skip { $0.isBlank }
            guard rest.current == "-", let next = rest.peek(1), next == "-" || next.properties.isAlphabetic else { break }
            let option = rest.take { !$0.isSpace }
            if !source[option].contains("=") {
                rest.skip { $0.isBlank }
                _ = rest.take { !$0.isSpace }
            }
        }
        let range = cursor.offset..<rest.offset
        cursor.offset = rest.offset
        var scanner = OptionScanner(ScalarCursor(source, range), stopsAtBody: false, canContinue: false, magic: magic)
        do { return try scanner.scan() } catch { throw .mistake(error) }
    }

    private func body(from start: Int, to end: Int) -> CellBody {
        var end = end
        while end > start, source.scalars[end - 1].isSpace { end -= 1 }
        return CellBody(source: source, range: start..<end)
    }

    private func parseNesting(_ call: MagicCall, _ cursor: inout ScalarCursor, depth: Int) throws(ParsingEnd) -> CellStatement {
        guard depth < CellParser.deepestNesting else {
            throw .mistake(CellMistake("TooDeep", "magics nest deeper than \(CellParser.deepestNesting) levels", at: call.nameRange))
        }
        var call = call
        var rest = cursor
        rest.skip { $0.isBlank }
        if rest.starts(with: "--help") || rest.starts(with: "-h") {
            cursor.skipLine()
            return .help(HelpCall(name: call.name, nameRange: call.nameRange, isCell: call.isCell, detail: .full))
        }
        if hasOptions(call.name) { call.tokens = try parseLeadingOptions(&cursor, magic: call.spelled) }
        rest = cursor
        rest.skip { $0.isBlank }
        // `%time %%train ...` times a cell magic, which takes the rest of the cell.
        let end = call.isCell || rest.starts(with: "%%") ? cursor.end : cursor.restOfLine.upperBound
        do {
            call.nested = try parse(cursor.offset..<end, depth: depth + 1)
        } catch .swift {
            call.nestedSwift = cursor.offset..<end
        }
        cursor.offset = end
        return .magic(call)
    }
}

/// Why reading a cell stops: a mistake, or code that is Swift's.
enum ParsingEnd: Error {
    case mistake(CellMistake)
    case swift(SwiftCode)
}
