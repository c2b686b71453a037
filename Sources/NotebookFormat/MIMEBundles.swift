import ApusJSON

/// How a notebook file holds the values of a MIME bundle, as nbformat's `rwbase` decides it.
enum MIMEBundles {
    /// Whether the value is JSON itself, so that a list of strings in it is data and not lines.
    static func isJSON(_ type: String) -> Bool {
        type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json")
    }

    /// Whether the writer splits the text into lines.
    static func isSplit(_ type: String) -> Bool {
        type.hasPrefix("text/") || type == "application/javascript" || type == "image/svg+xml"
    }

    static func joined(_ bundle: JSONObject) -> JSONObject {
        mapping(bundle) { type, value in isJSON(type) ? value : value.joinedLines ?? value }
    }

    static func split(_ bundle: JSONObject) -> JSONObject {
        mapping(bundle) { type, value in isSplit(type) ? value.splitLines : value }
    }

    static func mapping(_ object: JSONObject, _ transform: (String, JSON) -> JSON) -> JSONObject {
        JSONObject(object.map { ($0.key, transform($0.key, $0.value)) })
    }
}

extension JSON {
    /// The text that a list of strings makes; nil when this is not such a list.
    var joinedLines: JSON? {
        guard case .array(let elements) = self else { return nil }
        var text = ""
        for element in elements {
            guard case .string(let line) = element else { return nil }
            text += line
        }
        return .string(text)
    }

    /// A string as the list of its lines; anything else as it is.
    var splitLines: JSON {
        guard case .string(let text) = self else { return self }
        return .array(text.linesWithEnds().map(JSON.string))
    }
}
