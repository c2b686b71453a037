import ApusSystem
import Glibc

/// Reads a journal while another process, or this one, writes it. For one thread at a time.
///
/// Each call of ``next()`` gives the records that are new. A line that is not finished waits for its end; a damaged one is left out.
/// When the file was rewritten, reading goes on in the new one after the last record that was given.
public final class JournalReader {
    public let path: String
    private var file: OpenFile
    private var partial: [UInt8] = []
    private var last = -1
    /// Lines that were left out because they are damaged.
    public private(set) var damagedLines = 0

    /// The longest line that is believed to be one, in bytes.
    private static let longestLine = 64 << 20
    private static let blockSize = 1 << 18

    /// - Throws: ``JournalError`` when there is no file of this user that could be a journal.
    public init(path: String) throws(JournalError) {
        self.path = path
        do throws(SystemError) {
            file = try Self.open(path)
        } catch {
            throw JournalError(error.isMissing ? "there is no journal \(path)" : "\(error)")
        }
    }

    /// Whether the process that writes the journal lives. Ask before ``next()``: what comes after a no is all there will ever be.
    public var isBeingWritten: Bool {
        if file.isUnlinked, let new = try? Self.open(path) { return new.isLockedByAnother }
        return file.isLockedByAnother
    }

    /// The records since the last call.
    public func next() throws(JournalError) -> [JournalRecord] {
        do throws(SystemError) {
            var records = try read()
            guard file.isUnlinked else { return records }
            // Nobody writes to the old file any more: what it still has comes first.
            records += try read()
            guard let new = try? Self.open(path) else { return records }
            file = new
            partial = []
            return records + (try read())
        } catch {
            throw JournalError("\(error)")
        }
    }

    /// A regular file of this user; never waits, and never follows a link that somebody put there.
    private static func open(_ path: String) throws(SystemError) -> OpenFile {
        let file = try OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, operation: "read")
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else { throw SystemError("read", path, code: EACCES) }
        return file
    }

    private func read() throws(SystemError) -> [JournalRecord] {
        var records: [JournalRecord] = []
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        while true {
            let count = try block.withUnsafeMutableBufferPointer { (bytes) throws(SystemError) in
                try file.read(into: UnsafeMutableRawBufferPointer(bytes))
            }
            guard count > 0 else { return records }
            take(block[..<count], into: &records)
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, into records: inout [JournalRecord]) {
        var rest = bytes
        while let end = rest.firstIndex(of: JournalLine.lineBreak) {
            partial += rest[..<end]
            if let record = partial.withUnsafeBytes({ JournalLine.decode($0) }) { admit(record, into: &records) } else { damagedLines += 1 }
            partial.removeAll(keepingCapacity: partial.count < Self.blockSize)
            rest = rest[(end + 1)...]
        }
        // What is longer is no line; it will be found damaged at its end.
        if partial.count < Self.longestLine { partial += rest }
    }

    private func admit(_ record: JournalRecord, into records: inout [JournalRecord]) {
        // A note about what is left out stands under the number of the record before it.
        if case .omitted = record.content, record.number == last { return records.append(record) }
        guard record.number > last else { return }
        last = record.number
        records.append(record)
    }
}

/// Why a journal cannot be read.
public struct JournalError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    package init(_ description: String) { self.description = description }
}
