import ApusSystem
import Glibc

/// Reading and replacing whole files, with failures as `ModelFileError`.
enum FileBytes {
    /// The size of the regular file at `path` in bytes.
    static func size(of path: String) throws(ModelFileError) -> Int {
        guard let kind = FileSystem.kind(of: path) else { throw unreadable(SystemError("read", path)) }
        guard case .file(let size) = kind else {
            throw ModelFileError(.unreadable, "this is not a file", hint: "Give the path of a model file.", path: path)
        }
        return size
    }

    /// The first `count` bytes, or fewer when the file is shorter.
    static func head(of path: String, count: Int) throws(ModelFileError) -> [UInt8] {
        do { return try FileSystem.head(of: path, count: count) } catch { throw unreadable(error) }
    }

    /// The whole file, which may not be larger than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(ModelFileError) -> [UInt8] {
        let size = try size(of: path)
        guard size <= limit else {
            throw ModelFileError(
                .damaged, "the file has \(size) bytes, and no such file may have more than \(limit)", hint: "Check that it is the file you meant.",
                path: path)
        }
        return try head(of: path, count: size)
    }

    /// Calls `body` with the file mapped into memory, so that only the parts that are looked at are read.
    static func withMapped<Result>(
        _ path: String, _ body: (UnsafeRawBufferPointer) throws(ModelFileError) -> Result
    ) throws(ModelFileError) -> Result {
        let size = try size(of: path)
        guard size > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        let file: OpenFile
        do { file = try OpenFile(reading: path) } catch { throw unreadable(error) }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.descriptor, 0), start != MAP_FAILED else {
            throw unreadable(SystemError("map into memory", path))
        }
        defer { munmap(start, size) }
        return try body(UnsafeRawBufferPointer(start: start, count: size))
    }

    /// Replaces the file at `path` by `bytes`: readers see the old file or the whole new one, also after a crash or a power cut.
    static func replace(_ path: String, with bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        do { try AtomicFile.replace(path, with: bytes) } catch {
            let hint = error.isNoSpace ? "Free some space and try again." : "Check that the folder exists and may be written."
            throw ModelFileError(.unwritable, "cannot be written: \(error.reason)", hint: hint, path: path)
        }
    }

    static func replace(_ path: String, with bytes: [UInt8]) throws(ModelFileError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(ModelFileError) in try replace(path, with: UnsafeRawBufferPointer(bytes)) }
    }

    private static func unreadable(_ error: SystemError) -> ModelFileError {
        ModelFileError(.unreadable, "cannot be read: \(error.reason)", hint: "Check the path and its permissions.", path: error.path)
    }
}
