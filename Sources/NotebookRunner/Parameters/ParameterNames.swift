/// The parameters that a cell declares: `let name = literal`, `var name: Type = literal`, or `name = literal`, one a line.
struct DeclaredParameter: Equatable {
    var name: String
    /// Whether the value is a string.
    var isText: Bool

    static func all(in source: String) -> [DeclaredParameter] {
        source.linesWithEnds().compactMap { DeclaredParameter(line: $0.trimmed) }
    }

    private init?(line: String) {
        var rest = line[...]
        for keyword in ["let ", "var "] where rest.hasPrefix(keyword) { rest = rest.dropFirst(keyword.count).drop { $0 == " " } }
        let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        guard let first = name.first, !first.isNumber, let equals = rest.firstIndex(of: "="),
            rest[name.endIndex..<equals].allSatisfy({ $0 != "(" && $0 != "." })
        else { return nil }
        let value = rest[rest.index(after: equals)...].drop { $0 == " " }
        guard value.first != "=" else { return nil }
        self.name = String(name)
        isText = value.first == "\"" || value.first == "'"
    }
}

/// The nearest of some names, for "did you mean".
enum NearestName {
    /// The name that the fewest insertions, deletions, replacements and swaps turn into `name`; nil when none is near.
    static func nearest(to name: String, in names: [String]) -> String? {
        let limit = max(1, name.count / 3)
        let distances = names.map { (name: $0, distance: distance(Array(name.lowercased()), Array($0.lowercased()))) }
        guard let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
        return best.name
    }

    /// Damerau-Levenshtein distance with adjacent swaps.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, a) in left.enumerated() {
            var row = [i + 1]
            for (j, b) in right.enumerated() {
                var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
