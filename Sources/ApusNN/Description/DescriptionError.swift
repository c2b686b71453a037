/// Why a `%%build` body cannot be read, and where.
public struct DescriptionError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        case unexpectedCharacter
        case unclosedText
        case unclosedBrace
        case unclosedParenthesis
        case missingComma
        case unexpectedToken
        case unknownLayer
        case unknownArgument
        case missingArgument
        case duplicateArgument
        case invalidValue
        case invalidStructure
    }

    public let code: Code
    /// What is wrong and what to write instead.
    public let message: String
    /// The first wrong token.
    public let position: SourcePosition
    /// Its length in Unicode scalars, at least 1, for a caret line.
    public let length: Int

    public var description: String { "\(position): \(message)" }
}
