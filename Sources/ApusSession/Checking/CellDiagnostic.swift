/// Something that `apus check` says about a cell without running it.
public struct CellDiagnostic: Sendable, Equatable {
    public enum Severity: String, Sendable, Equatable { case error, warning }

    public var severity: Severity
    /// The index of the cell in the list that was checked, from 0.
    public var cell: Int
    public var position: CellPosition
    /// The kind in one word, such as `UnknownOption`.
    public var name: String
    public var message: String
    public var hint: String?

    public init(_ severity: Severity, cell: Int, position: CellPosition, name: String, message: String, hint: String? = nil) {
        self.severity = severity
        self.cell = cell
        self.position = position
        self.name = name
        self.message = message
        self.hint = hint
    }
}
