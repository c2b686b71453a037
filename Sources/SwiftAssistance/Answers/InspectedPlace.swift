package import ApusSession

/// Where a tooltip looks: at the word of a place, and into the call around it.
package struct InspectedPlace: Equatable {
    /// The first scalar of the word.
    package private(set) var word: Int?
    /// A place among the arguments of the call: behind the parenthesis after the word, else where the cursor is.
    package let call: Int

    package init(_ source: CellSource, cursor: Int) {
        let scalars = Array(source.text.unicodeScalars)
        let cursor = min(max(cursor, 0), scalars.count)
        var (start, end) = (cursor, cursor)
        while start > 0, Self.isWordPart(scalars[start - 1]) { start -= 1 }
        while end < scalars.count, Self.isWordPart(scalars[end]) { end += 1 }
        if start < end, !("0"..."9").contains(scalars[start]) { word = start }
        call = word != nil && end < scalars.count && scalars[end] == "(" ? end + 1 : cursor
    }

    /// Anything beyond ASCII may be part of a name; operators there are rare.
    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "$" || scalar.value >= 0x80 && !scalar.properties.isWhitespace || ("0"..."9").contains(scalar)
            || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }
}
