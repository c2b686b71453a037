/// Suggests a known name for one that is unknown.
enum NearestName {
    /// `; did you mean LSTM?`, or the known names when none is near.
    static func hint(for name: String, among names: [String], prefix: String = "", suffix: String = "") -> String {
        let nearest = names.map { (name: $0, distance: distance(Array(name.lowercased()), Array($0.lowercased()))) }.min { $0.distance < $1.distance }
        if let nearest, nearest.distance <= max(1, nearest.name.count / 3) { return "; did you mean \(prefix)\(nearest.name)\(suffix)?" }
        return names.isEmpty ? "" : "; known are " + names.map { prefix + $0 + suffix }.joined(separator: ", ")
    }

    /// Edits (insert, delete, replace, swap of neighbours) from one to the other: optimal string alignment.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var (older, previous) = ([Int](), Array(0...b.count))
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, older[j - 1] + 1) }
                row.append(cost)
            }
            (older, previous) = (previous, row)
        }
        return previous[b.count]
    }
}
