/// How far two written names are apart.
package enum EditDistance {
    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other (optimal string alignment).
    package static func between<Letter: Equatable>(_ first: [Letter], _ second: [Letter]) -> Int {
        var (beforePrevious, previous) = ([Int](), Array(0...second.count))
        for row in first.indices {
            var current = [row + 1]
            current.reserveCapacity(second.count + 1)
            for column in second.indices {
                let replaced = previous[column] + (first[row] == second[column] ? 0 : 1)
                var cost = min(current[column] + 1, previous[column + 1] + 1, replaced)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[second.count]
    }
}
