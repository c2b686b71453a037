import ApusSession
import ApusSystem
import TestSupport

import ApusJournal

/// A journal in a folder of its own.
struct JournalSample {
    let temporary: TemporaryFolder
    let folder: JournalFolder
    let journal: Journal

    init() throws {
        temporary = try TemporaryFolder()
        folder = JournalFolder(path: temporary.path + "/state/apus/journals")
        journal = Journal(folder: folder, origin: JournalOrigin(.kernel, name: "notes.ipynb", process: 4242)) { _ in }
    }

    /// Everything in the journal, once all of it is written.
    func records() throws -> [JournalRecord] {
        try JournalReader(path: try written()).next()
    }

    /// What the journal has of a cell, as somebody who attaches would see it.
    func shown(cell number: Int) throws -> [CellEvent] {
        let reader = try JournalReader(path: try written())
        let records = try reader.next()
        var contents = JournalContents()
        for record in records { contents.take(record) }
        guard let cell = contents.cells.first(where: { $0.number == number }) else { return [] }
        var follower = CellFollower(cell, reader: reader, records: records, prefix: "")
        return try follower.next().flatMap { news -> [CellEvent] in
            if case .shown(let events) = news { return events }
            return []
        }
    }

    private struct NotWritten: Error {}

    /// The path of the journal with everything in it.
    func written() throws -> String {
        journal.flush(within: .seconds(10))
        guard let path = journal.path else { throw NotWritten() }
        return path
    }
}
