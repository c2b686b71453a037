import ApusSession

/// Printed text that waits a moment for more, so that a loop of prints becomes a few messages a second.
///
/// Adjacent texts of one stream join. Stdout and stderr keep their order until they alternate more than `maximumPieces` times
/// within one flush; from then on a text joins the last piece of its own stream.
struct StreamBuffer {
    typealias Piece = (name: StreamName, text: String)

    static let maximumPieces = 16
    /// UTF-8 bytes above which the text does not wait.
    static let maximumBytes = 64 << 10

    private var pieces: [Piece] = []
    private var byteCount = 0

    var isEmpty: Bool { pieces.isEmpty }
    var isFull: Bool { byteCount >= Self.maximumBytes }

    mutating func append(_ text: String, to name: StreamName) {
        guard !text.isEmpty else { return }
        byteCount += text.utf8.count
        let mayJoin = pieces.count < Self.maximumPieces ? pieces.indices.suffix(1) : pieces.indices[...]
        if let index = mayJoin.last(where: { pieces[$0].name == name }) {
            pieces[index].text += text
        } else {
            pieces.append((name, text))
        }
    }

    /// Everything that waits, in order.
    mutating func take() -> [Piece] {
        defer { self = StreamBuffer() }
        return pieces
    }
}
