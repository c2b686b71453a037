import ApusSystem
import Glibc

/// A regular file mapped read-only into memory for as long as this object lives.
///
/// Pages are private to this process but backed by the file: a file that another program truncates while it is mapped
/// faults on access, as with every memory map. Files that this module writes are replaced, never truncated.
// Safe to share: the mapping is immutable and outlives every reader that keeps the object.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    public let bytes: UnsafeRawBufferPointer

    /// - Throws: `DataError` when the file is missing, unreadable or not a regular file.
    public init(path: String) throws(DataError) {
        let file: OpenFile
        do { file = try OpenFile(reading: path) } catch { throw DataError(error) }
        let status: stat
        do { status = try file.status() } catch { throw DataError(error) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw DataError(.system, "is not a regular file", source: path) }
        let size = Int(status.st_size)
        self.path = path
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.descriptor, 0), start != MAP_FAILED else {
            throw DataError(SystemError("map into memory", path))
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
