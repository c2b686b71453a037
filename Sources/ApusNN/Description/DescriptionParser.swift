extension ModelDescription {
    /// Reads layers in Swift call syntax, the text that is also valid inside `Model { }`.
    /// - Throws: `DescriptionError` at the first token that is wrong, with the nearest valid name where a name is unknown.
    public init(parsing text: String) throws(DescriptionError) {
        var parser = DescriptionParser(tokens: try DescriptionLexer.tokens(text))
        self.init(elements: try parser.elements())
    }
}

/// Recursive descent over: body = { Name "(" [ argument { "," argument } ] ")" [ "{" body "}" ] }.
struct DescriptionParser {
    let tokens: [DescriptionToken]
    var index = 0

    init(tokens: [DescriptionToken]) { self.tokens = tokens }

    private var token: DescriptionToken { tokens[index] }

    private func error(_ code: DescriptionError.Code, _ message: String, at token: DescriptionToken) -> DescriptionError {
        DescriptionError(code: code, message: message, position: token.position, length: token.length)
    }

    private mutating func take(_ symbol: Character) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        index += 1
        return true
    }

    mutating func elements() throws(DescriptionError) -> [ModelElement] {
        var elements: [ModelElement] = []
        while token.kind != .end { elements.append(try element()) }
        return elements
    }

    private mutating func element() throws(DescriptionError) -> ModelElement {
        let start = token
        let (signature, arguments) = try call(within: nil)
        guard signature.takesLayers else {
            if token.kind == .symbol("{") { throw error(.unexpectedToken, "\(signature.name) takes no braces; only Head does", at: token) }
            return ModelElement(.layer(try layer(signature, arguments, at: start)), position: start.position)
        }
        let (layers, positions) = try block(of: signature.name)
        if layers.isEmpty {
            throw error(.invalidStructure, "this Head has no layers; put at least a Dense layer between its braces", at: start)
        }
        return ModelElement(.head(Head(arguments, layers: layers)), position: start.position, layerPositions: positions)
    }

    private func layer(_ signature: LayerSignature, _ arguments: LayerArguments, at token: DescriptionToken) throws(DescriptionError) -> any Layer {
        guard let layer = LayerCatalogue.layer(signature.name, arguments) else {
            throw error(.unknownLayer, "\(signature.name) is not a layer", at: token)
        }
        return layer
    }

    private mutating func block(of name: String) throws(DescriptionError) -> (layers: [any Layer], positions: [SourcePosition]) {
        let open = token
        guard take("{") else {
            throw error(.unexpectedToken, "\(name)(…) is followed by its layers in braces, { … }, not by \(token.name)", at: token)
        }
        var layers: [any Layer] = []
        var positions: [SourcePosition] = []
        while !take("}") {
            if token.kind == .end { throw error(.unclosedBrace, "this { has no matching }", at: open) }
            let start = token
            let (signature, arguments) = try call(within: name)
            layers.append(try layer(signature, arguments, at: start))
            positions.append(start.position)
        }
        return (layers, positions)
    }

    /// Name "(" arguments ")".
    private mutating func call(within container: String?) throws(DescriptionError) -> (LayerSignature, LayerArguments) {
        let start = token
        guard case .identifier(let name) = start.kind else {
            let known = LayerCatalogue.signatures.map(\.name).joined(separator: ", ")
            throw error(.unexpectedToken, "expected a layer (\(known)), found \(start.name)", at: start)
        }
        guard let signature = LayerCatalogue.signature(named: name) else {
            throw error(.unknownLayer, "unknown layer \(name)" + NearestName.hint(for: name, among: LayerCatalogue.signatures.map(\.name)), at: start)
        }
        if signature.takesLayers, let container { throw error(.invalidStructure, "\(name) cannot stand inside \(container)", at: start) }
        index += 1
        let open = token
        guard take("(") else { throw error(.unexpectedToken, "\(name) needs its arguments in parentheses: \(signature.example)", at: token) }
        let arguments = try self.arguments(of: signature, open: open, start: start)
        return (signature, arguments)
    }

    private mutating func arguments(
        of signature: LayerSignature, open: DescriptionToken, start: DescriptionToken
    ) throws(DescriptionError) -> LayerArguments {
        var values: [String: ArgumentValue] = [:]
        while !take(")") {
            if token.kind == .end { throw error(.unclosedParenthesis, "this ( has no matching )", at: open) }
            try argument(of: signature, into: &values)
            if token.kind == .symbol(")") { continue }
            let comma = token
            if take(",") {
                if token.kind == .symbol(")") { throw error(.unexpectedToken, "an argument is missing behind this comma", at: comma) }
                continue
            }
            switch token.kind {
            case .identifier, .integer, .number, .text, .symbol("."), .symbol("-"):
                // On the next line the call itself was not closed.
                if let previous = tokens[..<index].last, previous.position.line < token.position.line {
                    throw error(.unclosedParenthesis, "this ( has no matching )", at: open)
                }
                throw error(.missingComma, "a comma is missing before \(token.name)", at: token)
            default: throw error(.unclosedParenthesis, "this ( has no matching ); found \(token.name) instead", at: open)
            }
        }
        for argument in signature.arguments where values[argument.name] == nil {
            guard let value = argument.defaultValue else {
                throw error(
                    .missingArgument,
                    "\(signature.name) needs \(argument.label.map { "\($0):" } ?? "the argument \(argument.name)"), \(argument.summary); "
                        + "for example \(signature.example)", at: start)
            }
            values[argument.name] = value
        }
        return LayerArguments(values)
    }

    private mutating func argument(of signature: LayerSignature, into values: inout [String: ArgumentValue]) throws(DescriptionError) {
        let start = token
        let argument: ArgumentSignature
        if case .identifier(let label) = start.kind, index + 1 < tokens.count, tokens[index + 1].kind == .symbol(":") {
            guard let named = signature.arguments.first(where: { $0.label == label }) else {
                if let bare = signature.arguments.first(where: { $0.name == label && $0.label == nil }) {
                    throw error(.unknownArgument, "\(bare.name) is written without its label: \(signature.example)", at: start)
                }
                throw error(
                    .unknownArgument,
                    "\(signature.name) has no argument \(label):"
                        + NearestName.hint(for: label, among: signature.arguments.compactMap(\.label), suffix: ":"),
                    at: start)
            }
            argument = named
            index += 2
        } else {
            guard let bare = signature.arguments.first(where: { $0.label == nil && values[$0.name] == nil }) else {
                let labels = signature.arguments.compactMap(\.label).filter { values[$0] == nil }.map { "\($0):" }
                throw error(
                    .unknownArgument,
                    labels.isEmpty
                        ? "\(signature.name) takes no more arguments" : "this value needs a label: \(labels.joined(separator: " or "))",
                    at: start)
            }
            argument = bare
        }
        if values[argument.name] != nil {
            throw error(.duplicateArgument, "\(argument.label.map { "\($0):" } ?? argument.name) is given twice", at: start)
        }
        // Swift wants arguments in the order of declaration, and the text must stay valid Swift.
        let position = signature.arguments.firstIndex(of: argument) ?? 0
        if let later = signature.arguments[position...].dropFirst().first(where: { values[$0.name] != nil }) {
            throw error(.unexpectedToken, "\(argument.label.map { "\($0):" } ?? argument.name) comes before \(later.label ?? later.name):", at: start)
        }
        values[argument.name] = try value(for: argument, of: signature)
    }

    private mutating func value(for argument: ArgumentSignature, of signature: LayerSignature) throws(DescriptionError) -> ArgumentValue {
        let start = token
        let literal = try literal(for: argument)
        if let value = argument.type.admit(literal) { return value }
        var message = "\(argument.name) of \(signature.name) is \(argument.type), not \(literal)"
        if case .choice(let names) = argument.type, case .choice(let name) = literal {
            message = "\(argument.name) of \(signature.name) cannot be .\(name)" + NearestName.hint(for: name, among: names, prefix: ".")
        }
        let last = tokens[index - 1]
        let length = last.position.line == start.position.line ? last.position.column + last.length - start.position.column : start.length
        throw DescriptionError(code: .invalidValue, message: message, position: start.position, length: length)
    }

    private mutating func literal(for argument: ArgumentSignature) throws(DescriptionError) -> ArgumentValue {
        let start = token
        let isNegative = take("-")
        let value = token
        switch value.kind {
        case .integer(let number):
            index += 1
            return .integer(isNegative ? -number : number)
        case .number(let number):
            index += 1
            return .number(isNegative ? -number : number)
        case .text(let text) where !isNegative:
            index += 1
            return .string(text)
        case .identifier("true") where !isNegative, .identifier("false") where !isNegative:
            index += 1
            return .boolean(value.kind == .identifier("true"))
        case .symbol(".") where !isNegative:
            index += 1
            guard case .identifier(let name) = token.kind else { throw error(.invalidValue, "a name is missing behind this dot", at: start) }
            index += 1
            return .choice(name)
        case .identifier(let name) where !isNegative:
            // Python's habits: True, relu.
            var hint = "expected \(argument.type), found \(value.name)"
            if name == "True" || name == "False" { hint = "write \(name.lowercased()), as in Swift" }
            if case .choice(let names) = argument.type, names.contains(name) { hint = "write .\(name), with a dot" }
            throw error(.invalidValue, hint, at: value)
        default: throw error(.invalidValue, "expected \(argument.type), found \(value.name)", at: value)
        }
    }
}
