import ApusText

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
            let distance = isPrefix ? 1 : EditDistance.between(wanted, scalars)
            // A third of the letters may be wrong, never all of them.
            let limit = min(min(wanted.count, scalars.count) / 3 + 1, max(wanted.count, scalars.count) - 1)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    private static let longestName = 64
}
