/// Why a model cannot be built or used: which layer, which shapes, and what to do.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// An argument out of range.
        case invalidArgument
        /// A layer that cannot take its input, or an output that does not fit its loss.
        case shapeMismatch
        /// No head, a head without layers, two heads of one name.
        case invalidStructure
        /// Tensors or weights that do not fit the model.
        case invalidInput
        case interrupted
    }

    public let code: Code
    public let message: String
    /// Where the culprit is declared, if the model was read from a text.
    public let position: SourcePosition?

    public init(_ code: Code, _ message: String, position: SourcePosition? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    public var description: String { message }
}
