/// One cell to run.
public struct CellRequest: Sendable, Equatable {
    public var code: String
    /// Runs without outputs of its own (results are not shown, errors are only in the reply).
    public var isSilent: Bool
    /// Whether the client will answer `requestInput`.
    public var allowsInput: Bool
    /// Expressions evaluated after the cell, by the name under which the reply reports them.
    public var userExpressions: [String: String]
    /// The number under which the front counts this cell, for results and error messages.
    public var executionCount: Int
    /// The notebook's id of the cell, where the front knows it.
    public var cellID: String?

    public init(
        _ code: String, isSilent: Bool = false, allowsInput: Bool = false, userExpressions: [String: String] = [:],
        executionCount: Int = 1, cellID: String? = nil
    ) {
        self.code = code
        self.isSilent = isSilent
        self.allowsInput = allowsInput
        self.userExpressions = userExpressions
        self.executionCount = executionCount
        self.cellID = cellID
    }
}

/// How a cell ended.
public struct CellReply: Sendable, Equatable {
    public enum Status: Sendable, Equatable {
        case ok
        case error(CellError)
    }

    public var status: Status
    public var userExpressions: [String: ExpressionValue]

    public init(_ status: Status, userExpressions: [String: ExpressionValue] = [:]) {
        self.status = status
        self.userExpressions = userExpressions
    }
}

/// The value of one user expression, or why it has none.
public enum ExpressionValue: Sendable, Equatable {
    case value(MIMEBundle)
    case error(CellError)
}

/// Why a cell failed, ready to be shown: what happened, the values involved, the next step.
public struct CellError: Error, Sendable, Equatable {
    /// The kind of error in one word, such as `UnknownOption`; `Interrupted` is what an interrupt leaves.
    public var name: String
    /// What happened, in one line.
    public var message: String
    /// The whole report, one line each, with ANSI colours; the first line says what happened, the last what to do.
    public var report: [String]

    public init(name: String, message: String, report: [String]) {
        self.name = name
        self.message = message
        self.report = report
    }

    public static let interruptedName = "Interrupted"
}
