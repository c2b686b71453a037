import ApusText

/// Suggests a known name for one that is unknown.
enum NearestName {
    /// `; did you mean LSTM?`, or the known names when none is near.
    static func hint(for name: String, among names: [String], prefix: String = "", suffix: String = "") -> String {
        let nearest = names.map { (name: $0, distance: EditDistance.between(Array(name.lowercased()), Array($0.lowercased()))) }.min {
            $0.distance < $1.distance
        }
        if let nearest, nearest.distance <= max(1, nearest.name.count / 3) { return "; did you mean \(prefix)\(nearest.name)\(suffix)?" }
        return names.isEmpty ? "" : "; known are " + names.map { prefix + $0 + suffix }.joined(separator: ", ")
    }
}
