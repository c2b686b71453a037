import ApusJournal
import Glibc

/// Prints a cell of a journal, or the rest of a headless run, as it goes on.
struct JournalWatch {
    enum End { case done, failed, interrupted }

    /// How often the journal is looked at, in microseconds.
    private static let interval: UInt32 = 100_000

    private let journal: OpenJournal
    private let text: AttachedText
    private let follows: Bool
    private let isInterrupted: () -> Bool
    private var waiting: [JournalRecord]
    private var contents: JournalContents

    init(_ journal: OpenJournal, text: AttachedText, follows: Bool, isInterrupted: @escaping () -> Bool) {
        self.journal = journal
        self.text = text
        self.follows = follows
        self.isInterrupted = isInterrupted
        waiting = journal.records
        contents = journal.contents
    }

    /// - Parameter cell: the latest (1), the one before (2) and so on; nil for the one that runs, and in a run those after it.
    mutating func run(cell: Int?) throws -> End {
        let goesOn = cell == nil && journal.isRun && journal.isAlive && follows
        var next = goesOn ? contents.running(isAlive: true) : contents.cell(latest: cell, isAlive: journal.isAlive)
        if next == nil, !goesOn { throw CommandFailure.usage("the journal has no such cell: 'apus attach RUN --list' shows those there are") }
        var end = End.done
        while true {
            if let found = next {
                let ended = try watch(found)
                if ended != .done { end = ended }
                if ended == .interrupted || !goesOn { return end }
            }
            // The next cell of the run.
            next = nil
            while next == nil {
                if isInterrupted() { return .interrupted }
                let isAlive = journal.reader.isBeingWritten
                waiting += try journal.reader.next()
                next = takeNextCell()
                if next != nil { break }
                if !isAlive { return end }
                usleep(Self.interval)
            }
        }
    }

    /// The first cell that begins in what waits; what comes after its beginning goes on waiting.
    private mutating func takeNextCell() -> JournalContents.Cell? {
        let known = contents.cells.last?.number ?? 0
        for (index, record) in waiting.enumerated() where record.cell > known {
            if case .began = record.content {
                contents.take(record)
                waiting.removeFirst(index + 1)
                return contents.cells.last
            }
        }
        waiting = []
        return nil
    }

    private mutating func watch(_ cell: JournalContents.Cell) throws -> End {
        let state = contents.state(of: cell, isAlive: journal.reader.isBeingWritten)
        let duration = JournalText.duration(cell.duration(now: JournalText.now))
        text.begin("[\(cell.start.count)] \(cell.start.title) · \(state == "running" ? "running for" : "\(state) after") \(duration)")
        var follower = CellFollower(cell, reader: journal.reader, records: waiting, prefix: "")
        waiting = []
        while true {
            for news in try follower.next() {
                switch news {
                case .shown(let events): for event in events { text.show(event) }
                case .ended(let outcome):
                    let said = outcome?.rawValue ?? "lost: the process ended without a word"
                    text.end(
                        state == "running" ? "[\(cell.start.count)] \(said) after \(JournalText.duration(cell.duration(now: JournalText.now)))" : nil)
                    waiting = follower.rest
                    return outcome == .ok ? .done : .failed
                }
            }
            if isInterrupted() {
                text.end(nil)
                return .interrupted
            }
            if !follows {
                text.end(nil)
                return .done
            }
            usleep(Self.interval)
        }
    }
}
