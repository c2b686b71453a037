/// Why an exchange did not happen or did not end. An answer with an error status is no such error.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// libcurl is not installed.
        case libraryMissing
        /// Something that cannot be sent: a URL that is none, a header with a line break.
        case invalidRequest
        /// No address, no connection.
        case unreachable
        /// The server could not prove who it is.
        case insecure
        /// Nothing moved for as long as the request allows.
        case stalled
        /// The connection ended before the answer did.
        case dropped
        /// `shouldStop` said so.
        case stopped
        /// The receiver of head or body wanted no more.
        case refused
        /// The body to be sent could not be read.
        case unreadableBody
    }

    public let kind: Kind
    /// What happened, without secrets: URLs are shown without query and headers not at all.
    public let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// Whether the same request may succeed in a moment.
    public var isTransient: Bool { kind == .unreachable || kind == .stalled || kind == .dropped }
}
