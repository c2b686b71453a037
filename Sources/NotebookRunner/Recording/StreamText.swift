/// The text of a stream as a terminal would leave it: a carriage return begins the line again, a backspace takes one character back.
///
/// As nbclient does when it coalesces streams; `\r\n` stays, and a carriage return at the very end waits for what follows.
/// Appending costs time in proportion to what is appended, however much is there already.
package struct StreamText: Sendable {
    /// All lines that are finished, with their line feeds.
    private var lines = ""
    private var line = String.UnicodeScalarView()

    package init() {}

    package var text: String { lines + String(line) }

    package mutating func append(_ chunk: String) {
        if line.last != "\r", !chunk.utf8.contains(where: { $0 == UInt8(ascii: "\r") || $0 == 0x08 }) {
            appendPlain(chunk)
        } else {
            for scalar in chunk.unicodeScalars { append(scalar) }
        }
    }

    private mutating func appendPlain(_ chunk: String) {
        guard let feed = chunk.utf8.lastIndex(of: UInt8(ascii: "\n")) else {
            line.append(contentsOf: chunk.unicodeScalars)
            return
        }
        let next = chunk.utf8.index(after: feed)
        lines += String(line)
        lines += chunk[..<next]
        line = String.UnicodeScalarView(chunk[next...].unicodeScalars)
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\n":
            lines += String(line)
            lines += "\n"
            line = .init()
        case "\u{08}" where !line.isEmpty:
            line.removeLast()
        default:
            if line.last == "\r" { line = .init() }
            line.append(scalar)
        }
    }
}
