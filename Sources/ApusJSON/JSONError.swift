/// Why a text is not JSON, with the byte at which reading stopped.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    public let message: String
    /// Offset in bytes from the beginning of the text.
    public let offset: Int

    public var description: String { "invalid JSON at byte \(offset): \(message)" }
}
