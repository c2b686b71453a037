import ApusText

/// Finds the names a user may have meant.
enum NameSuggestions {
    /// Up to `limit` candidates near `name`: same last component first, then by edit distance, at most a third of the name apart.
    static func nearest(to name: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
        let wanted = Array(name.lowercased().utf8)
        let wantedLast = lastComponent(wanted[...])
        let scored = candidates.compactMap { candidate -> (score: Int, name: String)? in
            let other = Array(candidate.lowercased().utf8)
            if other == wanted { return (0, candidate) }
            if lastComponent(other[...]) == wantedLast { return (1, candidate) }
            let allowed = max(2, wanted.count / 3)
            let distance = min(
                EditDistance.between(wanted, other), 1 + EditDistance.between(Array(wantedLast), Array(lastComponent(other[...]))))
            return distance <= allowed ? (distance + 1, candidate) : nil
        }
        return scored.sorted { ($0.score, $0.name) < ($1.score, $1.name) }.prefix(limit).map(\.name)
    }

    private static func lastComponent(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        name.lastIndex(of: UInt8(ascii: "/")).map { name[($0 + 1)...] } ?? name
    }
}
