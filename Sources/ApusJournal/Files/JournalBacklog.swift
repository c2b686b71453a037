import ApusSession

/// What a front has told its journal and the journal has not written yet. Bounded: what is too much is counted and left out.
package struct JournalBacklog {
    private enum Item {
        case began(cell: Int, JournalCellStart, time: Int64)
        case shown(cell: Int, EventBuffer)
        case ended(cell: Int, JournalOutcome, time: Int64, isNotable: Bool)
    }

    /// Bytes that may wait; a disk that stalls must not cost a training its memory.
    static let mostBytes = 32 << 20
    /// UTF-8 bytes that are kept of one text; of a longer one the end.
    package static let longestText = 1 << 20
    /// UTF-8 bytes that are kept of a cell's source.
    static let longestCode = 4 << 10

    private var items: [Item] = []
    private var byteCount = 0
    private var omitted: [Int: Int] = [:]

    var isEmpty: Bool { items.isEmpty && omitted.isEmpty }

    mutating func begin(cell: Int, count: Int, code: String, time: Int64) {
        items.append(.began(cell: cell, JournalCellStart(count: count, code: Self.prefix(code, Self.longestCode)), time: time))
    }

    mutating func append(_ event: CellEvent, cell: Int) {
        let bytes = event.byteCount
        guard byteCount + bytes <= Self.mostBytes || bytes > Self.longestText && byteCount + Self.longestText <= Self.mostBytes else {
            omitted[cell, default: 0] += 1
            return
        }
        var event = event
        if case .stream(let name, let text) = event, bytes > Self.longestText {
            omitted[cell, default: 0] += 1
            event = .stream(name, Self.suffix(text, Self.longestText))
        }
        if case .shown(cell, var buffer)? = items.last {
            // Taken out first, so that the buffer is not copied.
            items.removeLast()
            byteCount -= buffer.byteCount
            buffer.append(event)
            byteCount += buffer.byteCount
            items.append(.shown(cell: cell, buffer))
        } else {
            var buffer = EventBuffer()
            buffer.append(event)
            byteCount += buffer.byteCount
            items.append(.shown(cell: cell, buffer))
        }
    }

    mutating func end(cell: Int, _ outcome: JournalOutcome, time: Int64, isNotable: Bool) {
        items.append(.ended(cell: cell, outcome, time: time, isNotable: isNotable))
    }

    /// Everything that waits as records without numbers, in order, and the cells that proved notable.
    mutating func take(time: Int64) -> (records: [JournalRecord], notable: [Int]) {
        defer { self = JournalBacklog() }
        var records: [JournalRecord] = []
        var notable: [Int] = []
        func add(_ cell: Int, _ time: Int64, _ content: JournalRecord.Content) {
            records.append(JournalRecord(number: 0, cell: cell, time: time, content: content))
        }
        for item in items {
            switch item {
            case .began(let cell, let start, let time): add(cell, time, .began(start))
            case .shown(let cell, var buffer):
                if let outputs = omitted.removeValue(forKey: cell) { add(cell, time, .omitted(outputs: outputs)) }
                for event in buffer.take() { add(cell, time, .shown(event)) }
            case .ended(let cell, let outcome, let time, let isNotable):
                if let outputs = omitted.removeValue(forKey: cell) { add(cell, time, .omitted(outputs: outputs)) }
                add(cell, time, .ended(outcome))
                if isNotable { notable.append(cell) }
            }
        }
        for (cell, outputs) in omitted.sorted(by: { $0.key < $1.key }) { add(cell, time, .omitted(outputs: outputs)) }
        return (records, notable)
    }

    /// At most so many bytes from the beginning, whole scalars.
    private static func prefix(_ text: String, _ bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        return String(decoding: text.utf8.prefix(bytes), as: UTF8.self) + "…"
    }

    /// At most so many bytes from the end, whole scalars.
    private static func suffix(_ text: String, _ bytes: Int) -> String {
        String(decoding: text.utf8.suffix(bytes).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
    }
}
