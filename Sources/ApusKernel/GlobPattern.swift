/// A shell pattern, as history searches use them: `*` any text, `?` any one scalar, `[a-c]` and `[!a-c]` one of a set.
struct GlobPattern {
    private enum Part {
        case one(Unicode.Scalar)
        case anyOne
        case anyText
        case set([ClosedRange<Unicode.Scalar>], isInverted: Bool)
    }

    private let parts: [Part]

    init(_ pattern: String) {
        var parts: [Part] = []
        var rest = Substring(pattern).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": parts.append(.anyText)
            case "?": parts.append(.anyOne)
            case "[":
                if let (set, after) = Self.set(rest) {
                    parts.append(set)
                    rest = after
                } else {
                    parts.append(.one(scalar))
                }
            default: parts.append(.one(scalar))
            }
        }
        self.parts = parts
    }

    /// The set after `[`; nil when it does not end, and the bracket stands for itself.
    private static func set(_ text: Substring.UnicodeScalarView) -> (Part, Substring.UnicodeScalarView)? {
        var rest = text
        let isInverted = rest.first == "!" || rest.first == "^"
        if isInverted { rest.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let first = rest.popFirst() {
            if first == "]", !ranges.isEmpty { return (.set(ranges, isInverted: isInverted), rest) }
            var last = first
            if rest.first == "-", let end = rest.dropFirst().first, end != "]" {
                rest.removeFirst(2)
                last = end
            }
            if first <= last { ranges.append(first...last) }
        }
        return nil
    }

    /// Whether the whole text matches. Time is at most pattern length times text length.
    func matches(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        var (part, position) = (0, 0)
        var restart: (part: Int, position: Int)?
        while position < text.count {
            if part < parts.count, case .anyText = parts[part] {
                part += 1
                restart = (part, position)
            } else if part < parts.count, accepts(parts[part], text[position]) {
                part += 1
                position += 1
            } else if let (star, start) = restart {
                // Let the last `*` take one scalar more.
                (part, position) = (star, start + 1)
                restart = (star, start + 1)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { if case .anyText = $0 { true } else { false } }
    }

    private func accepts(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
        switch part {
        case .one(let wanted): wanted == scalar
        case .anyOne: true
        case .anyText: false
        case .set(let ranges, let isInverted): ranges.contains { $0.contains(scalar) } != isInverted
        }
    }
}
