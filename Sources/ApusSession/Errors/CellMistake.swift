/// A mistake in the text of a cell: what is wrong, where, and what to do next.
///
/// Thrown by the parser, and by a magic that reads its body. The session shows it with the source line and a caret.
public struct CellMistake: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of mistake in one word, such as `UnknownOption`.
    public var name: String
    /// What is wrong, in one line.
    public var message: String
    /// The scalars of the cell that are wrong; nil when no place is to blame.
    public var range: Range<Int>?
    /// Further lines: the values involved, the choices there are.
    public var details: [String]
    /// What to do next.
    public var hint: String?
    /// Whether further lines could mend it, so that a console asks for them.
    package var isUnfinished = false

    public init(_ name: String, _ message: String, at range: Range<Int>?, details: [String] = [], hint: String? = nil) {
        self.name = name
        self.message = message
        self.range = range
        self.details = details
        self.hint = hint
    }

    public var description: String { message }

    /// The same mistake, which further lines could mend when `condition` holds.
    package func unfinished(_ condition: Bool = true) -> CellMistake {
        var mistake = self
        mistake.isUnfinished = condition
        return mistake
    }
}
