import ApusNN
import ApusSession

extension CellBody {
    /// The scalar of the body's text at a line and column of it, both from 1.
    func offset(of position: SourcePosition) -> Int {
        let base = source.position(of: range.lowerBound)
        let line = source.lineRange(base.line + position.line - 1)
        // The body's first line may begin within a line of the cell.
        let start = position.line == 1 ? range.lowerBound : line.lowerBound
        return min(start + position.column - 1, range.upperBound) - range.lowerBound
    }

    /// Where the name at `offset` ends; at least one scalar further.
    func endOfWord(at offset: Int) -> Int {
        let rest = text.unicodeScalars.dropFirst(offset)
        return offset + max(1, rest.prefix { $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0) }.count)
    }
}
