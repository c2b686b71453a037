import ApusJSON
import ArgumentParser

/// Understands the words of a magic's options by its declaration, and reports each mistake at the word that made it.
///
/// What comes out is checked once more by swift-argument-parser, which makes the magic; it knows types, transforms and `validate()`.
struct ArgumentBinder {
    let declaration: MagicDeclaration
    let call: MagicCall
    let expansion: ParameterExpansion

    /// One option, flag or argument that was given.
    struct Binding {
        var option: OptionDeclaration
        var name: String
        /// The value, or nil for a flag.
        var value: String?
        var nameRange: Range<Int>
        var valueRange: Range<Int>
    }

    private(set) var bindings: [Binding] = []
    private(set) var mistakes: [CellMistake] = []

    init(_ declaration: MagicDeclaration, _ call: MagicCall, parameters: [String: JSON]) {
        self.declaration = declaration
        self.call = call
        expansion = ParameterExpansion(parameters: parameters)
        bind()
        if mistakes.isEmpty { requireOptions() }
    }

    /// Whether no option is given.
    var isPlain: Bool { bindings.isEmpty && mistakes.isEmpty }

    /// The magic with its options set.
    ///
    /// - Throws: The first mistake.
    func makeMagic() throws(CellMistake) -> any Magic {
        if let mistake = mistakes.first { throw mistake }
        do { return try declaration.type.parse(arguments) } catch { throw mistake(from: error) }
    }

    // MARK: Words to bindings

    private mutating func bind() {
        var tokens = call.tokens[...]
        var positionals = declaration.positionals[...]
        while let token = tokens.popFirst() {
            do throws(CellMistake) {
                if let option = token.option {
                    try bind(option, token.value, following: &tokens)
                } else if let value = token.value {
                    try bind(positional: value, &positionals)
                }
            } catch {
                mistakes.append(error)
                // The words after it are most likely of the same value, and would only be reported again.
                if error.name == Self.unexpectedValueName { while let next = tokens.first, next.option == nil { tokens.removeFirst() } }
            }
        }
    }

    private mutating func bind(
        _ written: CellToken.Option, _ attached: CellToken.Value?, following tokens: inout ArraySlice<CellToken>
    ) throws(CellMistake) {
        guard let option = declaration.option(named: written.text) else {
            // A word after an unknown option is most likely its value, which would only be reported a second time.
            if attached == nil, let next = tokens.first, next.option == nil, declaration.positionals.isEmpty { tokens.removeFirst() }
            throw unknownOption(written)
        }
        if let earlier = bindings.first(where: { $0.option.names == option.names && $0.nameRange != written.range }), !option.isRepeating {
            throw CellMistake(
                "RepeatedOption", "`\(written.text)` is given twice", at: written.range,
                hint: "keep one of them; the first one says `\(earlier.value ?? earlier.name)`")
        }
        if option.kind == .flag {
            try bindFlag(option, written, attached)
        } else if let value = attached {
            try append(option, written.text, value, at: written.range)
        } else {
            guard let next = tokens.first, let value = valueAlone(of: next) else { throw missingValue(option, written) }
            tokens.removeFirst()
            try append(option, written.text, value, at: written.range)
            // `--columns open high low`: a repeating option takes all values that follow it, unless arguments without a name may follow.
            while option.isRepeating, declaration.positionals.isEmpty, let next = tokens.first, next.option == nil, let value = next.value {
                tokens.removeFirst()
                try append(option, written.text, value, at: written.range)
            }
        }
    }

    /// A word that may be an option's value: also `-x` and the like, unless an option has that name.
    private func valueAlone(of token: CellToken) -> CellToken.Value? {
        guard let option = token.option else { return token.value }
        guard !option.text.hasPrefix("--"), declaration.option(named: option.text) == nil, token.value == nil else { return nil }
        return CellToken.Value(pieces: [.text(option.text)], range: option.range)
    }

    /// `--resume`, or `--resume=true`, so that a flag can follow a parameter: `--resume={resume}`.
    private mutating func bindFlag(_ option: OptionDeclaration, _ written: CellToken.Option, _ attached: CellToken.Value?) throws(CellMistake) {
        var isSet = true
        if let attached {
            switch try expansion.expand(attached) {
            case ["true"], ["True"]: isSet = true
            case ["false"], ["False"]: isSet = false
            case let values:
                throw CellMistake(
                    "InvalidValue", "`\(written.text)` takes true or false, not `\(values.joined(separator: ", "))`", at: attached.range,
                    hint: "or no value at all, which means true")
            }
        }
        if isSet {
            bindings.append(Binding(option: option, name: written.text, nameRange: written.range, valueRange: written.range))
        }
    }

    private mutating func bind(positional value: CellToken.Value, _ positionals: inout ArraySlice<OptionDeclaration>) throws(CellMistake) {
        guard let option = positionals.first else { throw unexpectedValue(value) }
        if !option.isRepeating { positionals.removeFirst() }
        try append(option, option.title, value, at: value.range)
    }

    private mutating func append(_ option: OptionDeclaration, _ name: String, _ value: CellToken.Value, at nameRange: Range<Int>) throws(CellMistake)
    {
        let texts = try expansion.expand(value)
        if texts.count != 1, !option.isRepeating {
            throw CellMistake(
                "InvalidValue", "`\(name)` takes one value, and the array has \(texts.count)", at: value.range, hint: "use one element of it")
        }
        for text in texts {
            if !option.values.isEmpty, !option.values.contains(text) { throw invalidChoice(text, option, name, at: value.range) }
            bindings.append(Binding(option: option, name: name, value: text, nameRange: nameRange, valueRange: value.range))
        }
    }

    private mutating func requireOptions() {
        for option in declaration.options where !option.isOptional && option.kind != .flag && option.defaultValue == nil {
            guard !bindings.contains(where: { $0.option == option }) else { continue }
            let hint = option.values.isEmpty ? option.help : "one of \(option.values.joined(separator: ", "))"
            mistakes.append(
                CellMistake(
                    "MissingOption", "\(call.spelled) needs `\(option.synopsis)`", at: call.nameRange, details: hint.isEmpty ? [] : [hint],
                    hint: "add it: `\(call.spelled) \(option.synopsis)`"))
        }
    }

    // MARK: Bindings to the magic

    /// The command line that says the same; every value is joined to its name, so that it cannot be taken for an option.
    private var arguments: [String] {
        var named: [String] = []
        var positional: [String] = []
        for binding in bindings {
            switch (binding.option.kind, binding.value) {
            case (.positional, let value?): positional.append(value)
            // An empty value cannot be joined; nor can it be taken for an option.
            case (_, ""?): named += [binding.option.title, ""]
            case (_, let value?): named.append("\(binding.option.title)=\(value)")
            case (_, nil): named.append(binding.name)
            }
        }
        return positional.isEmpty ? named : named + ["--"] + positional
    }

    /// Finds the word that swift-argument-parser rejects, by the way in which it says so.
    private func mistake(from error: any Error) -> CellMistake {
        let message = declaration.type.message(for: error)
        let rejected = bindings.first { binding in
            guard let value = binding.value else { return false }
            let name = binding.option.kind == .positional ? "<\(binding.option.valueName)>" : "\(binding.option.title) <\(binding.option.valueName)>"
            return message.hasPrefix("The value '\(value)' is invalid for '\(name)'")
        }
        if let rejected, let value = rejected.value {
            let prefix = "The value '\(value)' is invalid for '"
            let reason = message.dropFirst(prefix.count).drop { $0 != ":" }.dropFirst().drop { $0 == " " }
            return CellMistake(
                "InvalidValue", "`\(value)` is not a value for `\(rejected.name)`" + (reason.isEmpty ? "" : ": \(reason)"),
                at: rejected.valueRange, details: rejected.option.summary.isEmpty ? [] : [rejected.option.summary],
                hint: "`\(call.spelled)?` describes every option")
        }
        let blamed = blamed(by: message)
        return CellMistake("InvalidOptions", message, at: blamed?.valueRange ?? call.nameRange, hint: "`\(call.spelled)?` describes every option")
    }

    /// `validate()` knows no places; its messages speak of options by name, or quote their values. The first one named is to blame.
    private func blamed(by message: String) -> Binding? {
        let words = message.split { $0 == " " || $0 == "," || $0 == ":" || $0 == ";" || $0 == "=" || $0 == "'" || $0 == "`" }.map(String.init)
        for word in words {
            if let binding = bindings.first(where: { $0.option.title == word || $0.option.names.contains(word) }) { return binding }
        }
        return bindings.first { binding in
            guard let value = binding.value, !value.isEmpty else { return false }
            return ["'\(value)'", "`\(value)`", "\"\(value)\""].contains(where: message.contains)
        }
    }
}
