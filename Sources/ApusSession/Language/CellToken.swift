/// One word of a magic's options: a value, an option such as `--epochs`, or both joined as `--epochs=5`.
public struct CellToken: Sendable, Equatable {
    public struct Option: Sendable, Equatable {
        /// As written, with its dashes.
        public var text: String
        public var range: Range<Int>
    }

    public struct Value: Sendable, Equatable {
        public var pieces: [Piece]
        public var range: Range<Int>
    }

    /// A part of a value: text, or a parameter that stands in braces.
    public enum Piece: Sendable, Equatable {
        case text(String)
        /// `{name}`; the range covers the braces.
        case parameter(String, Range<Int>)
    }

    public var option: Option?
    public var value: Value?

    /// The scalars of the cell from the first to the last of the word.
    public var range: Range<Int> {
        let start = option?.range.lowerBound ?? value?.range.lowerBound ?? 0
        return start..<max(start, value?.range.upperBound ?? option?.range.upperBound ?? start)
    }
}
