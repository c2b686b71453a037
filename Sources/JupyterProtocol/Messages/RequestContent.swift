public import ApusJSON

/// The content of a request, read with the defaults of the messaging protocol.
public protocol RequestContent: Sendable {
    init(_ content: JSONObject) throws(InvalidContent)
}

/// Content of a message to be sent.
public protocol MessageContent: Sendable {
    /// `msg_type`.
    static var type: String { get }
    var json: JSONObject { get }
}

/// A signed request whose content is not what the protocol says; it is answered with an error.
public struct InvalidContent: Error, Equatable, CustomStringConvertible {
    public let field: String
    public let expected: String
    public let found: JSON?

    public var description: String {
        let found = found.map { String($0.text().prefix(80)) } ?? "nothing"
        return "the request's '\(field)' must be \(expected); found \(found)"
    }
}

extension JSONObject {
    func text(_ field: String, default standard: String? = nil) throws(InvalidContent) -> String {
        try value(field, "a string", default: standard) { $0.string }
    }

    func flag(_ field: String, default standard: Bool) throws(InvalidContent) -> Bool {
        try value(field, "true or false", default: standard) { $0.bool }
    }

    func integer(_ field: String, default standard: Int) throws(InvalidContent) -> Int {
        try value(field, "an integer", default: standard) { $0.int }
    }

    /// The member `field`; the default where it is missing or null, as several clients write absent values.
    private func value<T>(
        _ field: String, _ expected: String, default standard: T?, read: (JSON) -> T?
    ) throws(InvalidContent) -> T {
        guard let json = self[field], !json.isNull else {
            if let standard { return standard }
            throw InvalidContent(field: field, expected: expected, found: self[field])
        }
        guard let value = read(json) else { throw InvalidContent(field: field, expected: expected, found: json) }
        return value
    }
}
