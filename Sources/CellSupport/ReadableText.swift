/// A value as text that a person can read, however large it is.
struct ReadableText {
    /// Elements of a collection that are written out.
    private static let mostElements = 100
    /// Characters of the whole.
    private static let longest = 10_000

    private(set) var text: String

    init(_ value: Any) {
        text = ""
        text = Self.describe(value, depth: 0)
        if text.count > Self.longest { text = text.prefix(Self.longest) + "…" }
    }

    private static func describe(_ value: Any, depth: Int) -> String {
        if let string = value as? String { return string.count > longest ? string.prefix(longest).debugDescription + "…" : string.debugDescription }
        let mirror = Mirror(reflecting: value)
        guard depth < 4 else { return String(describing: value) }
        switch mirror.displayStyle {
        case .collection: return "[" + elements(mirror) { describe($0.value, depth: depth + 1) } + "]"
        case .set: return "[" + elements(mirror) { describe($0.value, depth: depth + 1) } + "]"
        case .dictionary:
            if mirror.children.isEmpty { return "[:]" }
            return "["
                + elements(mirror) { child in
                    let pair = Mirror(reflecting: child.value).children.map(\.value)
                    return pair.count == 2 ? describe(pair[0], depth: depth + 1) + ": " + describe(pair[1], depth: depth + 1) : "\(child.value)"
                } + "]"
        case .optional:
            return mirror.children.first.map { describe($0.value, depth: depth) } ?? "nil"
        default: return String(describing: value)
        }
    }

    private static func elements(_ mirror: Mirror, _ describe: (Mirror.Child) -> String) -> String {
        var parts = mirror.children.prefix(mostElements).map(describe)
        if mirror.children.count > mostElements { parts.append("… \(mirror.children.count - mostElements) more") }
        return parts.joined(separator: ", ")
    }
}
