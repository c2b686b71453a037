import ApusJournal
import ApusSession

/// A journal that was read to its present end.
struct OpenJournal {
    let reader: JournalReader
    let records: [JournalRecord]
    let contents: JournalContents
    let isAlive: Bool

    init(path: String) throws(JournalError) {
        reader = try JournalReader(path: path)
        isAlive = reader.isBeingWritten
        records = try reader.next()
        var contents = JournalContents()
        for record in records { contents.take(record) }
        self.contents = contents
    }

    /// All that can be read, the newest first.
    static func all() throws -> [OpenJournal] {
        (Journals.folder?.journals() ?? []).compactMap { try? OpenJournal(path: $0) }.filter { $0.contents.origin != nil }
    }

    var name: String { contents.origin?.name ?? "" }
    var isRun: Bool { contents.origin?.kind == .run }
    var running: JournalContents.Cell? { contents.running(isAlive: isAlive) }

    static func table(_ journals: [OpenJournal]) -> TableView {
        let rows = journals.enumerated().map { index, journal in
            let state =
                journal.running.map { "[\($0.start.count)] \($0.start.title) for \(JournalText.duration($0.duration(now: JournalText.now)))" }
                ?? (journal.isAlive ? "idle" : "ended")
            return [
                String(index + 1), journal.isRun ? "apus run" : "kernel", journal.contents.origin.map { String($0.process) } ?? "", journal.name,
                String(journal.contents.cells.count), state,
            ]
        }
        return TableView(
            headers: ["", "what", "process", "notebook", "cells", "state"], rows: rows,
            alignments: [.right, .left, .right, .left, .right, .left])
    }
}
