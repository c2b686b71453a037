/// Why a checkpoint could not be written, read or continued from.
public struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// Not a checkpoint, truncated, changed, or of a version this program does not know.
        case damaged
        /// A good checkpoint of another model, data set or set of options.
        case mismatch
        /// The operating system refused to read or write.
        case io
        /// Another run is writing to the folder.
        case locked
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
