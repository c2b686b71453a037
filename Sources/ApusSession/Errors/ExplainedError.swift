/// An error that knows how to be shown to the user of a notebook.
///
/// Conform an error type to it where a description alone would leave the user without a next step.
public protocol ExplainedError: Error {
    /// The kind of error in one word; the type's name when not given.
    var name: String { get }
    /// What happened, in one line.
    var title: String { get }
    /// The values involved, one line each.
    var details: [String] { get }
    /// What to do next.
    var hint: String? { get }
}

extension ExplainedError {
    public var name: String { String(describing: type(of: self)) }
    public var details: [String] { [] }
    public var hint: String? { nil }
}

/// A failure in a magic that needs no error type of its own.
public struct CellFailure: ExplainedError, Sendable, Equatable, CustomStringConvertible {
    public var name: String
    public var title: String
    public var details: [String]
    public var hint: String?

    public init(_ name: String, _ title: String, details: [String] = [], hint: String? = nil) {
        self.name = name
        self.title = title
        self.details = details
        self.hint = hint
    }

    public var description: String { title }
}

/// The cell was interrupted; thrown by a magic that wants to say what it kept.
public struct CellInterrupted: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String
    public var hint: String?

    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    public var description: String { message }
}

extension InputUnavailable: ExplainedError {
    public var title: String { description }
    public var hint: String? { "give the value as an option, or run the cell in a notebook that can ask" }
}
