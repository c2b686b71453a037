import ApusJSON

extension Parameters {
    /// Adds the parameters of a file: a JSON object, or YAML as flat as parameters are.
    ///
    /// Of YAML this reads `name: value` lines with comments; values are numbers, truth values, null, plain or quoted text,
    /// and lists as `[1, 2]` or as `- value` lines.
    public mutating func read(_ text: String, file: String) throws(ParameterError) {
        let text = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
        let members = text.trimmed.hasPrefix("{") ? try Self.json(text, file) : try FlatYAML.parse(text, file: file)
        for (name, value) in members {
            do {
                try set(name, value)
            } catch {
                throw ParameterError("\(file): \(error)")
            }
        }
    }

    private static func json(_ text: String, _ file: String) throws(ParameterError) -> JSONObject {
        do {
            guard case .object(let members) = try JSON(parsing: text) else { throw ParameterError("\(file): expected an object of parameters") }
            return members
        } catch let error as JSONError {
            throw ParameterError("\(file): \(error)")
        } catch {
            throw ParameterError("\(file): \(error)")
        }
    }
}

/// The part of YAML that files of parameters use.
enum FlatYAML {
    static func parse(_ text: String, file: String) throws(ParameterError) -> JSONObject {
        var members = JSONObject()
        /// The name whose list the `- value` lines belong to.
        var open: String?
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            func error(_ message: String) -> ParameterError { ParameterError("\(file):\(number + 1): \(message)") }
            let content = withoutComment(String(line))
            let body = content.trimmed
            guard !body.isEmpty, body != "---" else { continue }
            if body == "-" || body.hasPrefix("- ") {
                guard let name = open else { throw error("a list needs a name before it, such as 'symbols:'") }
                let item = String(body.dropFirst()).trimmed
                guard let value = value(item), !isMapping(item) else {
                    throw error("cannot read '\(item)': write a number, a truth value or \"text\"")
                }
                members[name] = .array((members[name]?.array ?? []) + [value])
                continue
            }
            guard content.first != " ", content.first != "\t" else {
                throw error("parameters cannot be nested: write 'name: value', or use a JSON file")
            }
            guard let colon = body.firstIndex(of: ":"), colon != body.startIndex else { throw error("expected 'name: value', found '\(body)'") }
            let name = String(body[..<colon]).trimmed
            let rest = String(body[body.index(after: colon)...])
            guard rest.isEmpty || rest.first == " " || rest.first == "\t" else { throw error("a space must follow the ':' after '\(name)'") }
            guard members[name] == nil else { throw error("'\(name)' is set twice") }
            guard let value = value(rest.trimmed) else { throw error("cannot read the value of '\(name)': \(rest.trimmed)") }
            members[name] = value
            open = rest.trimmed.isEmpty ? name : nil
        }
        return members
    }

    private static func isMapping(_ item: String) -> Bool {
        item.first != "\"" && item.first != "'" && (item.contains(": ") || item.hasSuffix(":"))
    }

    /// The line up to a `#` that begins a comment: outside quotes, at the beginning or after a space.
    private static func withoutComment(_ line: String) -> String {
        var quote: Character?
        var previous: Character = " "
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open, !(open == "\"" && previous == "\\") { quote = nil }
            } else if (character == "\"" || character == "'") && (previous == " " || previous == "[" || previous == ",") {
                quote = character
            } else if character == "#", previous == " " || previous == "\t" {
                return String(line[..<index])
            }
            previous = character
        }
        return line
    }

    private static func value(_ text: String) -> JSON? {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        case ".nan", ".NaN": return .double(.nan)
        case ".inf", ".Inf": return .double(.infinity)
        case "-.inf", "-.Inf": return .double(-.infinity)
        default: break
        }
        switch text.first {
        case "\""?: return try? JSON(parsing: text)
        case "'"?:
            guard text.count >= 2, text.hasSuffix("'") else { return nil }
            let inner = text.dropFirst().dropLast()
            let halves = inner.split(separator: "''", omittingEmptySubsequences: false)
            return halves.contains { $0.contains("'") } ? nil : .string(halves.joined(separator: "'"))
        case "["?: return list(text)
        case "{"?, "|"?, ">"?, "&"?, "*"?, "!"?, "%"?, "@"?, "`"?: return nil
        default: return isMapping(text) ? nil : Parameters.typed(text)
        }
    }

    /// `[1, "a, b", c]`.
    private static func list(_ text: String) -> JSON? {
        guard text.hasSuffix("]"), text.count >= 2 else { return nil }
        var items: [String] = []
        var item = ""
        var quote: Character?
        for character in text.dropFirst().dropLast() {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, character == "[" {
                // Lists in lists are rare enough to leave them to JSON.
                return try? JSON(parsing: text)
            } else if quote == nil, character == "," {
                items.append(item)
                item = ""
                continue
            }
            item.append(character)
        }
        guard quote == nil else { return nil }
        if !item.trimmed.isEmpty { items.append(item) }
        var values: [JSON] = []
        for item in items {
            guard !item.trimmed.isEmpty, let value = value(item.trimmed) else { return nil }
            values.append(value)
        }
        return .array(values)
    }
}
