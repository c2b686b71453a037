/// What follows the options of a magic that takes a body: the rest of the cell, which knows where in the cell it stands.
public struct CellBody: Sendable, Equatable {
    /// The whole cell.
    public let source: CellSource
    /// The scalars of the cell that belong to the body, without blank lines at either end.
    public let range: Range<Int>

    public init(source: CellSource, range: Range<Int>) {
        self.source = source
        self.range = range
    }

    public var text: String { source[range] }

    public var isEmpty: Bool { range.isEmpty }

    /// The number in the cell of the body's first line.
    public var firstLine: Int { source.position(of: range.lowerBound).line }

    /// The lines of the body with their numbers in the cell.
    public var lines: [(number: Int, text: String)] {
        guard !isEmpty else { return [] }
        return (firstLine...source.position(of: range.upperBound).line).map { number in
            (number, source[source.lineRange(number).clamped(to: range)])
        }
    }

    /// A mistake in the body; `place` counts scalars from the beginning of the body's text.
    public func mistake(_ name: String, _ message: String, at place: Range<Int>, details: [String] = [], hint: String? = nil) -> CellMistake {
        let start = min(range.lowerBound + max(place.lowerBound, 0), range.upperBound)
        let end = min(range.lowerBound + max(place.upperBound, 0), range.upperBound)
        return CellMistake(name, message, at: start..<max(start, end), details: details, hint: hint)
    }
}
