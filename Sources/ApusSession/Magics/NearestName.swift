/// Finds what somebody who mistyped a name most likely meant.
public enum NearestName {
    /// The candidate with the fewest typing mistakes between it and `name`; nil when none is near, or `name` is too long to be a name.
    ///
    /// A candidate that begins with `name` is near whatever its length, since people stop typing early.
    public static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        guard !wanted.isEmpty, wanted.count <= longestName else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let scalars = Array(candidate.lowercased().unicodeScalars)
            guard scalars.count <= longestName else { continue }
            let isPrefix = wanted.count >= 2 && scalars.starts(with: wanted)
            let distance = isPrefix ? 1 : distance(wanted, scalars)
            // A third of the letters may be wrong, never all of them.
            let limit = min(min(wanted.count, scalars.count) / 3 + 1, max(wanted.count, scalars.count) - 1)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    private static let longestName = 64

    /// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours count one each.
    static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var beforePrevious = [Int](repeating: 0, count: second.count + 1)
        var previous = Array(0...second.count)
        for row in 1...first.count {
            var current = [row]
            for column in 1...second.count {
                let isEqual = first[row - 1] == second[column - 1]
                var cost = min(current[column - 1] + 1, previous[column] + 1, previous[column - 1] + (isEqual ? 0 : 1))
                if row > 1, column > 1, first[row - 1] == second[column - 2], first[row - 2] == second[column - 1] {
                    cost = min(cost, beforePrevious[column - 2] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[second.count]
    }
}
