/// Why data could not be read, checked or written: what happened, where, and what to do next.
public struct DataError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers that react to it. New kinds may be added.
    public struct Code: Equatable, Sendable {
        let name: String

        /// The operating system refused: missing file, no permission, no space.
        public static let system = Code(name: "system")
        /// The bytes are not what the format says: truncated, malformed, inconsistent.
        public static let malformed = Code(name: "malformed")
        /// Well formed, but a feature that is refused on purpose.
        public static let unsupported = Code(name: "unsupported")
        /// The pickle names a function or class that is never loaded.
        public static let forbidden = Code(name: "forbidden")
        /// Readable, but the values cannot be used: wrong shapes, NaN, unknown classes.
        public static let invalidValues = Code(name: "invalidValues")
    }

    public let code: Code
    /// The file (or a name for bytes in memory) that the error is about, when there is one.
    public let source: String?
    public let message: String

    public init(_ code: Code, _ message: String, source: String? = nil) {
        self.code = code
        self.message = message
        self.source = source
    }

    public var description: String { source.map { "\($0): \(message)" } ?? message }
}
