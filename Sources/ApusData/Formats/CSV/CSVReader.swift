/// Splits CSV (RFC 4180) into fields without copying: quotes, doubled quotes, LF, CRLF and CR ends, a byte order mark.
struct CSVReader {
    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    /// Lines begun so far; the line of the record that was read last is `recordLine`.
    private var line = 1
    private(set) var recordLine = 0

    static let comma = UInt8(ascii: ",")

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// One field: the bytes between its separators; `isQuoted` fields may contain doubled quotes.
    struct Field {
        var range: Range<Int>
        var isQuoted: Bool
    }

    /// Bytes read so far, for progress.
    var offset: Int { position }

    /// Reads the next record into `fields`; false at the end. Blank lines are skipped.
    mutating func next(_ fields: inout [Field]) throws(DataError) -> Bool {
        fields.removeAll(keepingCapacity: true)
        while position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D { endLine() }
        guard position < bytes.count else { return false }
        recordLine = line
        while true {
            fields.append(try field())
            guard position < bytes.count else { return true }
            if bytes[position] == Self.comma {
                position += 1
            } else {
                endLine()
                return true
            }
        }
    }

    private mutating func endLine() {
        if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
        position += 1
        line += 1
    }

    private mutating func field() throws(DataError) -> Field {
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedField() }
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == Self.comma || byte == 0x0A || byte == 0x0D { break }
            position += 1
        }
        return Field(range: start..<position, isQuoted: false)
    }

    private mutating func quotedField() throws(DataError) -> Field {
        let startLine = line
        position += 1
        let start = position
        while position < bytes.count {
            if bytes[position] == 0x0A { line += 1 }
            if bytes[position] == UInt8(ascii: "\"") {
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
                position += 1
            }
            position += 1
        }
        guard position < bytes.count else { throw DataError(.malformed, "line \(startLine): a quoted field does not end") }
        let range = start..<position
        position += 1
        if position < bytes.count, bytes[position] != Self.comma, bytes[position] != 0x0A, bytes[position] != 0x0D {
            throw DataError(.malformed, "line \(line): text after a closing quote")
        }
        return Field(range: range, isQuoted: true)
    }

    /// The field's text, trimmed, with doubled quotes joined.
    func text(_ field: Field) -> String {
        let text = String(decoding: trimmed(field), as: UTF8.self)
        guard field.isQuoted, text.contains("\"\"") else { return text }
        var result = ""
        var previousWasQuote = false
        for character in text.unicodeScalars {
            if character == "\"", previousWasQuote {
                previousWasQuote = false
                continue
            }
            previousWasQuote = character == "\""
            result.unicodeScalars.append(character)
        }
        return result
    }

    /// The field's bytes without surrounding spaces and tabs.
    func trimmed(_ field: Field) -> Slice<UnsafeRawBufferPointer> {
        var range = field.range
        while let first = range.first, bytes[first] == 0x20 || bytes[first] == 0x09 { range.removeFirst() }
        while let last = range.last, bytes[last] == 0x20 || bytes[last] == 0x09 { range.removeLast() }
        return bytes[range]
    }
}
