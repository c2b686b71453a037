/// Which files of a repository are wanted, by shell patterns on their whole paths, as `snapshot_download` of the Python client takes them.
///
/// `*` stands for anything, slashes too, `?` for one character, `[a-z]` and `[!a-z]` for one of a set; a pattern that ends with `/` means
/// everything in that folder. Case counts.
public struct FilePatterns: Sendable, Equatable {
    /// Wanted are files that match one of these; all when there are none.
    public var include: [String]
    /// But not those that match one of these.
    public var exclude: [String]

    public init(include: [String] = [], exclude: [String] = []) {
        self.include = include
        self.exclude = exclude
    }

    public func matches(_ path: String) -> Bool {
        let scalars = Array(path.unicodeScalars)
        func isMatched(_ pattern: String) -> Bool { Self.matches(scalars, Array((pattern.hasSuffix("/") ? pattern + "*" : pattern).unicodeScalars)) }
        return (include.isEmpty || include.contains(where: isMatched)) && !exclude.contains(where: isMatched)
    }

    /// Goes back to the last `*` only, which is enough, and so takes at most |text| · |pattern| steps.
    private static func matches(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var (position, index) = (0, 0)
        var retry: (position: Int, index: Int)?
        while position < text.count {
            if index < pattern.count, pattern[index] == "*" {
                index += 1
                retry = (position, index)
            } else if let end = one(text[position], pattern, index) {
                position += 1
                index = end
            } else if let last = retry {
                position = last.position + 1
                index = last.index
                retry = (position, index)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == "*" }
    }

    /// Whether the pattern at an index takes this character: the index after what it took.
    private static func one(_ scalar: Unicode.Scalar, _ pattern: [Unicode.Scalar], _ index: Int) -> Int? {
        guard index < pattern.count else { return nil }
        switch pattern[index] {
        case "?": return index + 1
        case "[":
            let isNegated = index + 1 < pattern.count && pattern[index + 1] == "!"
            let first = index + (isNegated ? 2 : 1)
            // A bracket that comes first is an element; without an end the first bracket stands for itself.
            guard first < pattern.count, let end = pattern[(first + 1)...].firstIndex(of: "]") else { return scalar == "[" ? index + 1 : nil }
            return contains(pattern[first..<end], scalar) != isNegated ? end + 1 : nil
        default: return pattern[index] == scalar ? index + 1 : nil
        }
    }

    private static func contains(_ set: ArraySlice<Unicode.Scalar>, _ scalar: Unicode.Scalar) -> Bool {
        var index = set.startIndex
        while index < set.endIndex {
            if index + 2 < set.endIndex, set[index + 1] == "-" {
                if (set[index].value...max(set[index].value, set[index + 2].value)).contains(scalar.value), set[index] <= set[index + 2] {
                    return true
                }
                index += 3
            } else {
                if set[index] == scalar { return true }
                index += 1
            }
        }
        return false
    }
}
