import ApusSession
import ApusSystem
import Glibc
import TestSupport
import Testing

import ApusJournal

@Suite struct JournalReaderTests {
    private func record(_ number: Int) -> JournalRecord {
        JournalRecord(number: number, cell: 1, time: 7, content: .shown(.stream(.stdout, "line \(number)\n")))
    }

    private func append(_ bytes: some Collection<UInt8>, to path: String) throws {
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        try Array(bytes).withUnsafeBufferPointer { (bytes) throws(SystemError) in try file.write(UnsafeRawBufferPointer(bytes)) }
    }

    @Test func `one byte at a time gives the same records as all at once`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.journal"
        let bytes = (1...5).flatMap { JournalLine.encode(record($0)) }
        try append([], to: path)
        let reader = try JournalReader(path: path)
        var found: [JournalRecord] = []
        for byte in bytes {
            try append([byte], to: path)
            found += try reader.next()
        }
        #expect(found == (1...5).map(record))
        #expect(try JournalReader(path: path).next() == found)
    }

    @Test func `cut anywhere, only the last record is missing`() throws {
        let folder = try TemporaryFolder()
        let lines = (1...3).map { JournalLine.encode(record($0)) }
        let bytes = lines.flatMap { $0 }
        for end in 0..<bytes.count {
            let path = "\(folder.path)/\(end).journal"
            try append(bytes[..<end], to: path)
            var whole = 0
            var length = 0
            for line in lines where length + line.count <= end { (whole, length) = (whole + 1, length + line.count) }
            #expect(try JournalReader(path: path).next().count == whole)
        }
    }

    @Test func `damage costs the damaged line and no other`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.journal"
        var generator = SeededGenerator(seed: 20)
        let noise = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try append(JournalLine.encode(record(1)) + noise + [JournalLine.lineBreak] + JournalLine.encode(record(2)), to: path)
        let reader = try JournalReader(path: path)
        #expect(try reader.next().map(\.number) == [1, 2], "seed 20")
        #expect(reader.damagedLines > 0)
    }

    @Test func `what is no journal of this user is not opened`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.journal"
        #expect(throws: JournalError("there is no journal \(path)")) { try JournalReader(path: path) }
        symlink("/dev/zero", path)
        #expect(throws: JournalError.self) { try JournalReader(path: path) }
        mkfifo(folder.path + "/b.journal", 0o600)
        #expect(throws: JournalError.self) { try JournalReader(path: folder.path + "/b.journal") }
    }

    @Test func `whether the writer lives is seen by its lock`() throws {
        let sample = try JournalSample()
        _ = sample.journal.begin(code: "", count: 1)
        let reader = try JournalReader(path: try sample.written())
        #expect(reader.isBeingWritten)
        sample.journal.close(within: .seconds(10))
        let deadline = ContinuousClock.now + .seconds(10)
        while reader.isBeingWritten, ContinuousClock.now < deadline { usleep(1000) }
        #expect(!reader.isBeingWritten)
        #expect(try reader.next().count == 2)
    }

    @Test func `journals of ended processes go away, those of living ones stay`() throws {
        let sample = try JournalSample()
        _ = sample.journal.begin(code: "", count: 1)
        let living = try sample.written()
        for number in 0..<30 { try append([], to: "\(sample.folder.path)/\(number + 10).journal") }
        try append([], to: "\(sample.folder.path)/.x.journal.1.partial")
        sample.folder.prune()
        let left = sample.folder.journals()
        #expect(left.contains(living))
        #expect(left.count == JournalFolder.mostEnded + 1)
        #expect(left.contains { $0.hasSuffix("/39.journal") } && !left.contains { $0.hasSuffix("/10.journal") }, "the newest stay")
        #expect(try FileSystem.names(in: sample.folder.path).allSatisfy { !$0.hasPrefix(".") })
        sample.folder.prune(now: UTCTime(microseconds: JournalClock.now + Int64(JournalFolder.longestKept + 10) * 1_000_000))
        #expect(sample.folder.journals() == [living], "two weeks later")
    }

    @Test func `the folder follows XDG_STATE_HOME, then HOME`() {
        func path(_ variables: [String: String]) -> String? { JournalFolder.standard { variables[$0] }?.path }
        #expect(path(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/apus/journals")
        #expect(path(["XDG_STATE_HOME": "relative", "HOME": "/h"]) == "/h/.local/state/apus/journals")
        #expect(path([:]) == nil)
    }
}
