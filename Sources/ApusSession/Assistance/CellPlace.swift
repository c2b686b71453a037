/// What kind of thing stands, or may stand, at a place of a cell that need not be finished.
struct CellPlace {
    enum Kind {
        case nothing
        /// The name of a magic after these percent signs.
        case magicName(sigil: String)
        /// An option; `given` holds those that the magic has already.
        case option(MagicDeclaration, given: Set<String>)
        /// The value of an option; `given` holds those of the others.
        case value(OptionDeclaration, MagicDeclaration, given: [String: String])
        /// An argument without a name, or an option.
        case argument(OptionDeclaration, MagicDeclaration, given: Set<String>)
        /// A parameter in braces.
        case parameter
        case body(CellBody, BodyPlace, any Magic.Type)
    }

    private(set) var kind = Kind.nothing
    /// The word there: up to the cursor, or whole.
    private(set) var range: Range<Int>

    /// - Parameter wholeWord: Whether the word goes on after the cursor, as for a tooltip, or ends at it, as for a completion.
    init(_ source: CellSource, cursor: Int, catalogue: MagicCatalogue, wholeWord: Bool = false) {
        range = cursor..<cursor
        guard let call = OpenCall(source, cursor: cursor, catalogue: catalogue) else {
            let line = source.lineRange(source.position(of: cursor).line)
            if source[line.lowerBound..<cursor].allSatisfy({ $0 == " " || $0 == "\t" }), source[line].allSatisfy({ $0 == " " || $0 == "\t" }) {
                kind = .magicName(sigil: "%%")
            }
            return
        }
        if call.nameRange.lowerBound <= cursor, cursor <= call.nameRange.upperBound {
            kind = .magicName(sigil: source.scalars[call.nameRange.lowerBound...].prefix(2).elementsEqual("%%".unicodeScalars) ? "%%" : "%")
            range = call.nameRange.lowerBound..<(wholeWord ? call.nameRange.upperBound : cursor)
            return
        }
        guard let declaration = catalogue.declaration(named: call.name) else { return }
        if let body = call.body(upTo: cursor, declaration.type) {
            let place = CellPlace.bodyPlace(in: body, at: cursor, wholeWord: wholeWord)
            kind = .body(body, place, declaration.type)
            range = body.range.lowerBound + place.wordRange.lowerBound..<body.range.lowerBound + place.wordRange.upperBound
            return
        }
        place(call, declaration, cursor, wholeWord)
    }

    private mutating func place(_ call: OpenCall, _ declaration: MagicDeclaration, _ cursor: Int, _ wholeWord: Bool) {
        let words = call.words(upTo: cursor)
        let word = words.last.map { $0.upperBound == cursor ? $0 : cursor..<cursor } ?? cursor..<cursor
        let earlier = words.filter { $0 != word }.map { call.source[$0] }
        let given = Set(earlier.filter { $0.hasPrefix("-") }.map { String($0.prefix { $0 != "=" }) })
        let wordEnd = wholeWord ? call.endOfWord(from: cursor) : cursor
        let text = call.source[word]
        if let brace = CellPlace.openBrace(in: word, call.source) {
            kind = .parameter
            range = brace + 1..<(wholeWord ? call.endOfName(from: cursor) : cursor)
        } else if text.hasPrefix("-"), let equals = call.source.scalars[word].firstIndex(of: "="),
            let option = declaration.option(named: call.source[word.lowerBound..<equals])
        {
            kind = .value(option, declaration, given: CellPlace.values(earlier))
            range = CellPlace.unquoted(equals + 1..<wordEnd, call.source)
        } else if let last = earlier.last, let option = declaration.option(named: last), option.kind == .option {
            kind = .value(option, declaration, given: CellPlace.values(earlier))
            range = CellPlace.unquoted(word.lowerBound..<wordEnd, call.source)
        } else if text.hasPrefix("-") || declaration.positionals.isEmpty {
            kind = .option(declaration, given: given)
            range = word.lowerBound..<(wholeWord ? call.endOfOption(from: cursor) : cursor)
        } else if let positional = declaration.positionals.last {
            kind = .argument(positional, declaration, given: given)
            range = CellPlace.unquoted(word.lowerBound..<wordEnd, call.source)
        }
    }

    /// Leaves out the quote that a value begins with.
    private static func unquoted(_ range: Range<Int>, _ source: CellSource) -> Range<Int> {
        guard let first = source.scalars[range].first, first == "\"" || first == "'" else { return range }
        return range.lowerBound + 1..<range.upperBound
    }

    /// `--name value` and `--name=value` among the words.
    private static func values(_ words: [String]) -> [String: String] {
        var values: [String: String] = [:]
        var name: String?
        for word in words {
            if word.hasPrefix("-") {
                let parts = word.split(separator: "=", maxSplits: 1)
                name = parts.first.map(String.init)
                if parts.count == 2, let name { values[name] = String(parts[1]) }
            } else if let option = name {
                values[option] = String(word.drop { $0 == "\"" || $0 == "'" }.prefix { $0 != "\"" && $0 != "'" })
                name = nil
            }
        }
        return values
    }

    /// Where the `{` of a parameter that is being typed stands.
    private static func openBrace(in word: Range<Int>, _ source: CellSource) -> Int? {
        var open: Int?
        var offset = word.lowerBound
        while offset < word.upperBound {
            switch source.scalars[offset] {
            case "{" where offset + 1 < word.upperBound && source.scalars[offset + 1] == "{": offset += 1
            case "{": open = offset
            case "}": open = nil
            default: break
            }
            offset += 1
        }
        return open
    }

    private static func bodyPlace(in body: CellBody, at cursor: Int, wholeWord: Bool) -> BodyPlace {
        let source = body.source
        var start = cursor
        while start > body.range.lowerBound, source.scalars[start - 1].isNamePart { start -= 1 }
        if start > body.range.lowerBound, source.scalars[start - 1] == "." { start -= 1 }
        var end = cursor
        if wholeWord { while end < body.range.upperBound, source.scalars[end].isNamePart { end += 1 } }
        let base = body.range.lowerBound
        return BodyPlace(offset: cursor - base, wordRange: start - base..<end - base, word: source[start..<end])
    }

    /// The name around a place, for parameters in cells that are no magics.
    static func word(_ source: CellSource, around cursor: Int) -> String {
        var start = cursor
        while start > 0, source.scalars[start - 1].isNamePart { start -= 1 }
        var end = cursor
        while end < source.count, source.scalars[end].isNamePart { end += 1 }
        return source[start..<end]
    }
}
