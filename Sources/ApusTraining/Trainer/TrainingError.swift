/// Why training did not start or could not go on.
public struct TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// The examples do not fit the model or hold values nothing can be learned from.
        case data
        /// An option is out of range or contradicts another.
        case options
        /// A loss or a gradient became NaN or infinite.
        case diverged
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
