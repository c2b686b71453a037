/// Why the sockets of a kernel could not be opened.
public struct TransportError: Error, Equatable, CustomStringConvertible {
    public let endpoint: String
    public let reason: String

    public var description: String { "cannot open \(endpoint): \(reason)" }
}
