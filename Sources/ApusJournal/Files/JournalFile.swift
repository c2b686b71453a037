import ApusSession
package import ApusSystem
import Glibc

/// The open journal of this process: records are appended, and the file is rewritten when most of it is superseded.
///
/// It holds an exclusive lock as long as the process lives, by which others see that the process is alive. A rewrite makes a new file
/// and renames it, so that readers find either the old or the new one complete.
package final class JournalFile {
    let path: String
    private var file: OpenFile
    private var size = 0
    private var nextNumber = 1
    private(set) var index = JournalIndex()

    /// A rewrite is due when so many bytes beyond twice the worth of the file are in it.
    package static let slack = 4 << 20

    /// - Throws: `SystemError` when the folder cannot be written.
    package init(folder: JournalFolder, origin: JournalOrigin) throws(SystemError) {
        try folder.make()
        folder.prune()
        path = folder.newPath(process: origin.process)
        file = try Self.create(path)
        try write([JournalRecord(number: 0, cell: 0, time: JournalClock.now, content: .origin(origin))])
    }

    /// Appends records with one call to the system. Their numbers are given here.
    func write(_ records: [JournalRecord]) throws(SystemError) {
        var bytes: [UInt8] = []
        for var record in records {
            record.number = nextNumber
            nextNumber += 1
            let line = JournalLine.encode(record)
            index.append(record, offset: size + bytes.count, length: line.count)
            bytes += line
        }
        try Self.write(bytes, to: file)
        size += bytes.count
        if size > 2 * index.byteCount + Self.slack { try rewrite() }
    }

    func noteNotable(cell: Int) { index.noteNotable(cell: cell) }

    private static func create(_ path: String) throws(SystemError) -> OpenFile {
        let file = try createHidden(for: path)
        do throws(SystemError) { try FileSystem.rename(file.path, to: path) } catch {
            FileSystem.remove(file.path)
            throw error
        }
        return file
    }

    /// A new file that is locked before it has its name, so that nobody takes it for abandoned.
    private static func createHidden(for path: String) throws(SystemError) -> OpenFile {
        var attempt = 0
        while true {
            let hidden = "\(FilePath.folder(of: path))/.\(FilePath.name(of: path)).\(getpid()).\(attempt).partial"
            let file = try OpenFile(hidden, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, mode: 0o600, operation: "create")
            do throws(SystemError) {
                if try file.tryLock(), !file.isUnlinked { return file }
            } catch {
                FileSystem.remove(hidden)
                throw error
            }
            // Another process that begins took it for abandoned just before it was locked, and removes it, now or soon.
            attempt += 1
        }
    }

    /// Writes what is worth its place into a new file, in the order of the numbers, and puts it in the place of this one.
    private func rewrite() throws(SystemError) {
        let new = try Self.createHidden(for: path)
        do throws(SystemError) {
            let (places, end) = try copy(to: new)
            try new.synchronise()
            try FileSystem.rename(new.path, to: path)
            try FileSystem.synchronise(folder: FilePath.folder(of: path))
            index.move(places)
            size = end
        } catch {
            FileSystem.remove(new.path)
            throw error
        }
        file = new
    }

    private func copy(to new: borrowing OpenFile) throws(SystemError) -> (places: [Int: Int], end: Int) {
        var places: [Int: Int] = [:]
        var end = 0
        var pending: [UInt8] = []
        let omissions = Dictionary(uniqueKeysWithValues: index.omissions.map { ($0.after, $0) })
        for (number, entry) in index.entries.sorted(by: { $0.key < $1.key }) {
            places[number] = end
            pending += try bytes(of: entry)
            end += entry.length
            if let omission = omissions[number] {
                // Under the number of the record before it, which readers of the old file have seen.
                let line = JournalLine.encode(
                    JournalRecord(number: number, cell: omission.cell, time: JournalClock.now, content: .omitted(outputs: omission.outputs)))
                pending += line
                end += line.count
            }
            if pending.count > 1 << 18 {
                try Self.write(pending, to: new)
                pending.removeAll(keepingCapacity: true)
            }
        }
        try Self.write(pending, to: new)
        return (places, end)
    }

    private static func write(_ bytes: [UInt8], to file: borrowing OpenFile) throws(SystemError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in try file.write(UnsafeRawBufferPointer(bytes)) }
    }

    private func bytes(of entry: JournalIndex.Entry) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: entry.length) { buffer, count in
            do throws(SystemError) {
                while count < entry.length {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<entry.length])
                    let part = try file.read(into: rest, at: entry.offset + count)
                    guard part > 0 else { throw SystemError("read", path, code: EIO) }
                    count += part
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// The time of records.
package enum JournalClock {
    /// Microseconds since 1970.
    package static var now: Int64 {
        let time = UTCTime.now
        return time.seconds * 1_000_000 + Int64(time.microsecond)
    }
}
