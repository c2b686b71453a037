import ApusSession
import ApusSystem
import ApusThreads
import Glibc
import Synchronization
import TestSupport
import Testing

import ApusJournal

@Suite struct JournalTests {
    private func bar(_ number: Int, id: String = "bar") -> DisplayData { DisplayData(MIMEBundle(text: "step \(number)"), id: id) }

    @Test func `what a cell showed can be read while it runs and when it ended`() throws {
        let sample = try JournalSample()
        let cell = sample.journal.begin(code: "%%train", count: 5)
        sample.journal.record(.stream(.stdout, "a\n"), cell: cell)
        sample.journal.record(.stream(.stdout, "b\n"), cell: cell)
        #expect(try sample.shown(cell: cell) == [.stream(.stdout, "a\nb\n")])
        sample.journal.end(cell: cell, .ok)
        let records = try sample.records()
        #expect(records.map(\.number) == Array(1...records.count))
        #expect(records.first?.content == .origin(JournalOrigin(.kernel, name: "notes.ipynb", process: 4242)))
        #expect(records[1].content == .began(JournalCellStart(count: 5, code: "%%train")))
        #expect(records.last?.content == .ended(.ok))
    }

    @Test func `nobody else can read it, whatever the folder was`() throws {
        let sample = try JournalSample()
        try FileSystem.makeFolder(sample.folder.path, mode: 0o777)
        chmod(sample.folder.path, 0o777)
        _ = sample.journal.begin(code: "", count: 1)
        var status = stat()
        #expect(stat(try sample.written(), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(stat(sample.folder.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
    }

    @Test func `a display stands where it was, in its newest state`() throws {
        let sample = try JournalSample()
        let cell = sample.journal.begin(code: "", count: 1)
        sample.journal.record(.display(bar(0)), cell: cell)
        for number in 1...1000 {
            sample.journal.record(.updateDisplay(bar(number)), cell: cell)
            if number == 500 { sample.journal.record(.stream(.stdout, "half\n"), cell: cell) }
        }
        #expect(try sample.shown(cell: cell) == [.display(bar(0)), .stream(.stdout, "half\n"), .updateDisplay(bar(1000))])
    }

    @Test func `an hour of progress and curves does not grow the file`() throws {
        let sample = try JournalSample()
        let cell = sample.journal.begin(code: "", count: 1)
        sample.journal.record(.display(bar(0)), cell: cell)
        sample.journal.record(.display(bar(0, id: "curve")), cell: cell)
        let picture = String(repeating: "<path/>", count: 15_000)
        for number in 1...400 {
            sample.journal.record(.updateDisplay(bar(number)), cell: cell)
            sample.journal.record(.updateDisplay(DisplayData(MIMEBundle(text: "\(number)", svg: picture), id: "curve")), cell: cell)
            sample.journal.flush(within: .seconds(10))
        }
        let size = try #require(FileSystem.fileSize(try sample.written()))
        #expect(size < JournalFile.slack + 1_000_000, "\(size) bytes after 42 MB of pictures")
        let shown = try sample.shown(cell: cell)
        #expect(shown.count == 4)
        #expect(shown[2] == .updateDisplay(bar(400)))
    }

    @Test func `a reader goes on across rewrites without losing or repeating anything`() throws {
        let sample = try JournalSample()
        let cell = sample.journal.begin(code: "", count: 1)
        let reader = try JournalReader(path: try sample.written())
        var numbers: [Int] = []
        var text = ""
        let padding = String(repeating: "x", count: 200_000)
        var files: Set<UInt64> = []
        for number in 0..<100 {
            sample.journal.record(.stream(.stdout, "\(number)\n"), cell: cell)
            sample.journal.record(.updateDisplay(DisplayData(MIMEBundle(text: padding + "\(number)"), id: "d")), cell: cell)
            var status = stat()
            if stat(try sample.written(), &status) == 0 { files.insert(UInt64(status.st_ino)) }
            for record in try reader.next() {
                numbers.append(record.number)
                if case .shown(.stream(_, let part)) = record.content { text += part }
            }
        }
        #expect(files.count > 1, "the file was never rewritten")
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        #expect(text == (0..<100).map { "\($0)\n" }.joined())
        #expect(reader.isBeingWritten)
    }

    @Test func `what is too much goes, the oldest first, and that is said`() throws {
        let sample = try JournalSample()
        let cell = sample.journal.begin(code: "", count: 1)
        for number in 0..<120 {
            sample.journal.record(.display(DisplayData(MIMEBundle(text: String(repeating: "\(number % 10)", count: 200_000)))), cell: cell)
            sample.journal.flush(within: .seconds(10))
        }
        let size = try #require(FileSystem.fileSize(try sample.written()))
        #expect(size <= 2 * JournalIndex.mostBytes + JournalFile.slack, "\(size) bytes")
        let shown = try sample.shown(cell: cell)
        guard case .stream(.stderr, let note)? = shown.first else { return #expect(Bool(false), "nothing says that outputs are missing") }
        #expect(note.contains("earlier outputs are not in the journal"))
        #expect(shown.last == .display(DisplayData(MIMEBundle(text: String(repeating: "9", count: 200_000)))))
    }

    @Test func `of a long text the end is kept`() throws {
        let sample = try JournalSample()
        let cell = sample.journal.begin(code: "", count: 1)
        sample.journal.record(.stream(.stdout, String(repeating: "ü", count: 2_000_000) + "end"), cell: cell)
        let shown = try sample.shown(cell: cell)
        #expect(shown.count == 2)
        guard case .stream(_, let text)? = shown.last else { return #expect(Bool(false)) }
        #expect(text.hasSuffix("üend"))
        #expect(text.utf8.count <= JournalBacklog.longestText)
    }

    @Test func `ten thousand cells leave the newest, and a training that took its time`() throws {
        let sample = try JournalSample()
        let training = sample.journal.begin(code: "%%train", count: 1)
        sample.journal.record(.display(bar(0)), cell: training)
        sample.journal.record(.updateDisplay(bar(1)), cell: training)
        sample.journal.end(cell: training, .ok)
        let index = Mutex(0)
        for number in 2...10_000 {
            let cell = sample.journal.begin(code: "let a = \(number)", count: number)
            sample.journal.end(cell: cell, .ok)
            index.withLock { $0 = cell }
        }
        let size = try #require(FileSystem.fileSize(try sample.written()))
        #expect(size < 2 * JournalFile.slack, "\(size) bytes")
        #expect(try sample.shown(cell: training) == [.display(bar(0)), .updateDisplay(bar(1))])
        var contents = JournalContents()
        for record in try sample.records() { contents.take(record) }
        #expect(contents.cell(latest: 1, isAlive: true)?.start.count == 10_000)
        #expect(contents.cell(latest: nil, isAlive: true)?.number == training, "the one that people come back to")
    }

    @Test func `a cleared output is gone`() throws {
        let sample = try JournalSample()
        let cell = sample.journal.begin(code: "", count: 1)
        sample.journal.record(.stream(.stdout, "old\n"), cell: cell)
        sample.journal.record(.clearOutput(wait: false), cell: cell)
        sample.journal.record(.stream(.stdout, "new\n"), cell: cell)
        #expect(try sample.shown(cell: cell) == [.stream(.stdout, "new\n")])
    }

    @Test func `where nothing can be written the journal is off, says so once and costs no cell`() throws {
        let temporary = try TemporaryFolder()
        try AtomicFile.replace(temporary.path + "/apus", with: [1])
        let told = Mutex<[String]>([])
        let isTold = Wakeup()
        let journal = Journal(folder: JournalFolder(path: temporary.path + "/apus/journals"), origin: JournalOrigin(.run, name: "", process: 1)) {
            reason in
            told.withLock { $0.append(reason) }
            isTold.signal()
        }
        for number in 1...100 {
            let cell = journal.begin(code: "", count: number)
            journal.record(.stream(.stdout, "a"), cell: cell)
            journal.end(cell: cell, .ok)
        }
        #expect(isTold.wait(timeout: .seconds(10)))
        journal.flush(within: .seconds(10))
        _ = journal.begin(code: "", count: 101)
        journal.close(within: .seconds(10))
        #expect(told.withLock { $0 }.count == 1)
        #expect(journal.failure?.contains("/apus") == true)
        #expect(journal.path == nil)
    }
}
