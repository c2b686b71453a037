/// A text in pieces of at most `longest` UTF-8 bytes, cut between scalars.
package struct TextPieces: Sequence, IteratorProtocol {
    private var rest: Substring
    private let longest: Int

    /// - Parameter longest: At least the four bytes that a scalar may take.
    package init(_ text: String, longest: Int) {
        rest = text[...]
        self.longest = longest
    }

    package mutating func next() -> String? {
        guard !rest.isEmpty else { return nil }
        guard rest.utf8.count > longest else {
            defer { rest = "" }
            return String(rest)
        }
        var cut = rest.utf8.index(rest.startIndex, offsetBy: longest)
        while rest.utf8[cut] & 0b1100_0000 == 0b1000_0000 { cut = rest.utf8.index(before: cut) }
        defer { rest = rest[cut...] }
        return String(rest[..<cut])
    }
}
