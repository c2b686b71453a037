import ApusJournal
import ApusThreads
import Synchronization
import TestSupport
import Testing

@Suite struct ManyJournalsTests {
    @Test func `processes that begin together do not take each other's journals for abandoned`() throws {
        let temporary = try TemporaryFolder()
        let folder = JournalFolder(path: temporary.file("journals"))
        let failures = Mutex<[String]>([])
        let threads = (0..<8).map { thread in
            Thread(name: "journals") {
                for turn in 0..<150 {
                    do {
                        _ = try JournalFile(folder: folder, origin: JournalOrigin(.run, name: "a.ipynb", process: thread * 1000 + turn))
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 }.isEmpty, "\(failures.withLock { $0.prefix(3) })")
    }
}
