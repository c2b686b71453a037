/// Events of one cell that wait a moment for more, so that a loop of prints or updates becomes a few messages a second.
///
/// - Adjacent texts of one stream join. Stdout and stderr keep their order until they alternate more than ``mostPieces`` times in a
///   row; from then on a text joins the last piece of its own stream.
/// - An update replaces an earlier one of the same display and takes the place of the newer one, so that nothing moves before what was
///   shown before it.
/// - Everything else keeps its place.
package struct EventBuffer: Sendable {
    private enum Piece: Sendable {
        case text(StreamName)
        case event(CellEvent)
        /// An update that a newer one replaced.
        case superseded
    }

    package static let mostPieces = 16

    private var pieces: [Piece] = []
    /// The text of each piece; empty for those that are no text. Apart from the pieces, so that appending does not copy.
    private var texts: [String] = []
    private var updates: [String: Int] = [:]
    private var supersededCount = 0
    /// The first of the pieces of text at the end.
    private var lastTexts = 0
    /// UTF-8 bytes of the texts and of the strings in the other events.
    package private(set) var byteCount = 0

    package init() {}

    package var isEmpty: Bool { pieces.isEmpty }
    /// How many pieces there are. Of those that newer ones replaced, no more are kept than of the others.
    package var count: Int { pieces.count }

    package mutating func append(_ event: CellEvent) {
        switch event {
        case .stream(let name, let text): append(text, to: name)
        case .updateDisplay(let display): append(update: display)
        default: append(piece: .event(event), bytes: event.byteCount)
        }
    }

    private mutating func append(_ text: String, to name: StreamName) {
        guard !text.isEmpty else { return }
        let isFull = pieces.count - lastTexts >= Self.mostPieces
        let candidates = isFull ? lastTexts..<pieces.count : max(lastTexts, pieces.count - 1)..<pieces.count
        if let index = candidates.last(where: { if case .text(name) = pieces[$0] { true } else { false } }) {
            byteCount += text.utf8.count
            texts[index] += text
        } else {
            byteCount += text.utf8.count
            pieces.append(.text(name))
            texts.append(text)
        }
    }

    private mutating func append(update display: DisplayData) {
        let bytes = display.byteCount
        if let id = display.id {
            if let index = updates[id], case .event(let earlier) = pieces[index] {
                byteCount -= earlier.byteCount
                if index == pieces.count - 1 {
                    byteCount += bytes
                    pieces[index] = .event(.updateDisplay(display))
                    return
                }
                pieces[index] = .superseded
                supersededCount += 1
                if supersededCount > max(Self.mostPieces, pieces.count / 2) { discardSuperseded() }
            }
            updates[id] = pieces.count
        }
        append(piece: .event(.updateDisplay(display)), bytes: bytes)
    }

    private mutating func discardSuperseded() {
        // Where the piece at each index goes; and one past the end.
        var places = [0]
        for piece in pieces { if case .superseded = piece { places.append(places.last!) } else { places.append(places.last! + 1) } }
        let kept = pieces.indices.filter { places[$0 + 1] > places[$0] }
        pieces = kept.map { pieces[$0] }
        texts = kept.map { texts[$0] }
        updates = updates.mapValues { places[$0] }
        lastTexts = places[lastTexts]
        supersededCount = 0
    }

    private mutating func append(piece: Piece, bytes: Int) {
        byteCount += bytes
        pieces.append(piece)
        texts.append("")
        lastTexts = pieces.count
    }

    /// Everything that waits, in order.
    package mutating func take() -> [CellEvent] {
        defer { self = EventBuffer() }
        var events: [CellEvent] = []
        var open: (name: StreamName, text: String)?
        func close() {
            if let open { events.append(.stream(open.name, open.text)) }
            open = nil
        }
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .superseded: break
            case .text(let name):
                if open?.name == name {
                    open?.text += texts[index]
                } else {
                    close()
                    open = (name, texts[index])
                }
            case .event(let event):
                close()
                events.append(event)
            }
        }
        close()
        return events
    }
}

extension CellEvent {
    /// UTF-8 bytes of the strings in it; what else there is does not count.
    package var byteCount: Int {
        switch self {
        case .stream(_, let text): text.utf8.count
        case .display(let display), .updateDisplay(let display): display.byteCount
        case .result(let bundle): bundle.byteCount
        case .error(let error): error.report.reduce(error.message.utf8.count) { $0 + $1.utf8.count }
        case .clearOutput: 0
        }
    }
}

extension DisplayData {
    package var byteCount: Int { bundle.byteCount }
}

extension MIMEBundle {
    fileprivate var byteCount: Int { data.reduce(0) { $0 + ($1.value.string?.utf8.count ?? 0) } }
}
