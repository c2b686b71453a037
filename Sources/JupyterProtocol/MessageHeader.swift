import ApusJSON

/// The header of a message: the fields that matter here, and the very bytes, which replies repeat as their `parent_header`.
///
/// Kept as bytes because a header written again from parsed values could differ: unknown fields, large numbers, order.
public struct MessageHeader: Sendable, Equatable {
    /// Unique for every message.
    public let id: String
    /// The client or kernel instance that wrote it.
    public let session: String
    public let username: String
    /// `msg_type`, such as `execute_request`.
    public let type: String
    /// When it was written, as ISO 8601 text; may be empty.
    public let date: String
    /// Which subshell a request on shell is for; nil for the main shell.
    public let subshell: String?
    public let bytes: Frame

    /// Reads a received header.
    public init(bytes: Frame) throws(WireError) {
        let json = try WireError.parse(bytes, part: "header")
        guard case .string(let id)? = json["msg_id"], case .string(let type)? = json["msg_type"] else {
            throw .invalidPart("header", "it needs the strings msg_id and msg_type")
        }
        self.id = id
        self.type = type
        session = json["session"]?.string ?? ""
        username = json["username"]?.string ?? ""
        date = json["date"]?.string ?? ""
        subshell = json["subshell_id"]?.string
        self.bytes = bytes
    }

    /// A header of our own.
    public init(id: String, session: String, username: String, type: String, date: String) {
        self.id = id
        self.session = session
        self.username = username
        self.type = type
        self.date = date
        subshell = nil
        let object: JSON = [
            "msg_id": .string(id), "session": .string(session), "username": .string(username), "date": .string(date),
            "msg_type": .string(type), "version": .string(Self.protocolVersion),
        ]
        bytes = object.utf8()
    }

    /// The version of the Jupyter messaging protocol that this kernel speaks.
    public static let protocolVersion = "5.5"
}
