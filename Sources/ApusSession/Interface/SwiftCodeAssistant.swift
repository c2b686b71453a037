public import ApusJSON

/// A question about Swift code in a cell that need not be finished.
public struct SwiftQuestion: Sendable, Equatable {
    /// The cell, with blanks in place of what is no Swift code.
    public let source: CellSource
    /// The scalar before which the cursor stands.
    public let cursor: Int
    /// The parameters that the session knows.
    public let parameters: [String: JSON]

    public init(source: CellSource, cursor: Int, parameters: [String: JSON] = [:]) {
        self.source = source
        self.cursor = cursor
        self.parameters = parameters
    }
}

/// Answers questions about Swift code. Answers while a cell runs, within seconds at the latest.
public protocol SwiftCodeAssistant: Sendable {
    /// What could stand at the cursor, best first; nil when nobody knows.
    func complete(_ question: SwiftQuestion) async -> Completions?

    /// The declaration of the word at the cursor, or of the function whose arguments stand there; nil when nothing is known.
    func inspect(_ question: SwiftQuestion) async -> MIMEBundle?
}
