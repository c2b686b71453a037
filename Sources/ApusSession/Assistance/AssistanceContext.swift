public import ApusJSON

/// What a magic may use to offer values, while another cell may be running.
public struct AssistanceContext: Sendable {
    public let environment: SessionEnvironment
    public let parameters: [String: JSON]
    /// What the workspace held when the last cell ended.
    public let workspace: [WorkspaceListing]
    /// The part of the value that is typed already; offers that do not begin with it are left out.
    public let partial: String

    /// The values given so far to the other options of the magic, by name with dashes; for offers that depend on them.
    public let given: [String: String]

    package init(
        environment: SessionEnvironment, parameters: [String: JSON] = [:], workspace: [WorkspaceListing] = [], partial: String = "",
        given: [String: String] = [:]
    ) {
        self.environment = environment
        self.parameters = parameters
        self.workspace = workspace
        self.partial = partial
        self.given = given
    }
}

/// A place in the body of a cell; offsets count scalars from the beginning of the body's text.
public struct BodyPlace: Sendable, Equatable {
    public let offset: Int
    /// The word at the place: letters, digits, `_`, `.` before a name included.
    public let wordRange: Range<Int>
    public let word: String

    package init(offset: Int, wordRange: Range<Int>, word: String) {
        self.offset = offset
        self.wordRange = wordRange
        self.word = word
    }
}
