/// The text of a cell, addressed by Unicode scalar as the Jupyter protocol counts, with its lines.
public struct CellSource: Sendable, Equatable {
    public let text: String
    package let scalars: [Unicode.Scalar]
    /// The offset of the first scalar of each line; a cell has at least one line.
    private let lineStarts: [Int]

    public init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
        lineStarts = CellSource.lineStarts(of: scalars)
    }

    /// A line ends with `\n`, `\r\n` or a lone `\r`.
    private static func lineStarts(of scalars: [Unicode.Scalar]) -> [Int] {
        var starts = [0]
        for (offset, scalar) in scalars.enumerated() {
            let endsLine = scalar == "\n" || (scalar == "\r" && (offset + 1 == scalars.count || scalars[offset + 1] != "\n"))
            if endsLine { starts.append(offset + 1) }
        }
        return starts
    }

    /// How many scalars the cell has.
    public var count: Int { scalars.count }

    public var lineCount: Int { lineStarts.count }

    /// Behind the last scalar that is no white space.
    package var end: Int { scalars.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? 0 }

    /// Line and column, both from 1, of the scalar at `offset`; an offset outside of the cell is moved to its nearest end.
    public func position(of offset: Int) -> CellPosition {
        let offset = min(max(offset, 0), count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return CellPosition(line: low + 1, column: offset - lineStarts[low] + 1)
    }

    /// The scalars of line `number` (from 1) without its line break; empty for a line that does not exist.
    public func lineRange(_ number: Int) -> Range<Int> {
        guard lineStarts.indices.contains(number - 1) else { return count..<count }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : count
        while end > start, scalars[end - 1] == "\n" || scalars[end - 1] == "\r" { end -= 1 }
        return start..<end
    }

    /// Whether a line begins like a magic.
    var hasMagics: Bool { (1...lineCount).contains { line($0).first { $0 != " " && $0 != "\t" } == "%" } }

    /// A part that is code of its own, on the lines on which it stands in the cell.
    func part(_ range: Range<Int>) -> CellSource {
        if range == 0..<count { return self }
        let lines = String(repeating: "\n", count: position(of: range.lowerBound).line - 1)
        return CellSource(lines + self[range])
    }

    /// The text of line `number` (from 1) without its line break.
    public func line(_ number: Int) -> String { self[lineRange(number)] }

    /// The text of some scalars; a range outside of the cell is clamped.
    public subscript(range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range.clamped(to: 0..<count)])
        return String(text)
    }
}

/// A place in a cell: line and column count from 1, columns in Unicode scalars.
public struct CellPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: CellPosition, right: CellPosition) -> Bool { (left.line, left.column) < (right.line, right.column) }

    public var description: String { "line \(line), column \(column)" }
}
