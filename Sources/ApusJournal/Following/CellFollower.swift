public import ApusSession

/// Follows one cell in a journal: what it showed so far, then what it goes on to show, until it ends.
///
/// Displays get ids of their own, so that those who follow update what they show and nothing else.
public struct CellFollower {
    public enum News: Sendable, Equatable {
        /// Further outputs.
        case shown([CellEvent])
        /// Nothing will come any more; nil when the process ended without a word.
        case ended(JournalOutcome?)
    }

    public let cell: JournalContents.Cell
    /// What came after the end of the cell, for whoever follows the next one.
    public private(set) var rest: [JournalRecord] = []
    private let reader: JournalReader
    private let prefix: String
    private var waiting: [JournalRecord]
    private var shownDisplays: Set<String> = []
    private var hasShown = false
    private var isOver = false

    /// - Parameters:
    ///   - reader: of the journal, from its beginning or wherever `records` end.
    ///   - records: what the reader gave so far.
    ///   - prefix: what the ids of displays begin with.
    public init(_ cell: JournalContents.Cell, reader: JournalReader, records: [JournalRecord], prefix: String) {
        self.cell = cell
        self.reader = reader
        self.prefix = prefix
        waiting = records
    }

    /// What is new, possibly nothing; once `ended` was given, always that.
    public mutating func next() throws(JournalError) -> [News] {
        let isAlive = reader.isBeingWritten
        let records = waiting + (try reader.next())
        waiting = []
        var buffer = EventBuffer()
        var end: News?
        for record in records {
            if isOver {
                rest.append(record)
                continue
            }
            guard record.cell == cell.number else { continue }
            switch record.content {
            case .shown(let event): take(event, &buffer)
            case .omitted(let outputs):
                let text = outputs == 1 ? "1 earlier output is" : "\(outputs) earlier outputs are"
                buffer.append(.stream(.stderr, "… \(text) not in the journal\n"))
            case .ended(let outcome):
                end = .ended(outcome)
                isOver = true
            case .origin, .began: break
            }
        }
        if end == nil, !isAlive {
            end = .ended(nil)
            isOver = true
        }
        let events = buffer.take()
        hasShown = hasShown || !events.isEmpty
        return (events.isEmpty ? [] : [.shown(events)]) + [end].compactMap { $0 }
    }

    private mutating func take(_ event: CellEvent, _ buffer: inout EventBuffer) {
        switch event {
        case .clearOutput:
            // Nothing that was cleared need be shown first.
            buffer = EventBuffer()
            if hasShown { buffer.append(event) }
        case .display(let display): buffer.append(.display(renamed(display)))
        case .updateDisplay(let display):
            let isKnown = display.id.map { shownDisplays.contains($0) } ?? false
            // The display itself may have left the journal before its last state.
            buffer.append(isKnown ? .updateDisplay(renamed(display)) : .display(renamed(display)))
        case .stream, .result, .error: buffer.append(event)
        }
    }

    private mutating func renamed(_ display: DisplayData) -> DisplayData {
        guard let id = display.id else { return display }
        shownDisplays.insert(id)
        return DisplayData(display.bundle, id: prefix + id)
    }
}
