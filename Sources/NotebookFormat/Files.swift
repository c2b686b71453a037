import ApusSystem
import Glibc

/// Whole files, read and replaced.
package enum Files {
    /// The file's bytes.
    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        do { return try FileSystem.read(path) } catch { throw FileError(error) }
    }

    /// Replaces the file at once: whoever opens `path` finds the whole old content or the whole new one, whatever happens.
    ///
    /// A symbolic link stays a link, and the permissions and the owner of a file that was there stay. What is no file, such as
    /// `/dev/null`, is written to and stays what it is.
    package static func replace(_ path: String, with text: String) throws(FileError) {
        let target = resolved(path)
        var status = stat()
        let exists = stat(target, &status) == 0
        do {
            guard !exists || status.st_mode & S_IFMT == S_IFREG else { return try writeThrough(path, text) }
            let file = try AtomicFile(path: target, mode: exists ? status.st_mode & 0o777 : 0o666)
            if exists { file.takeOwner(of: status) }
            try file.write(text)
            try file.commit()
        } catch {
            throw FileError(error, operation: "write", path: path)
        }
    }

    /// Finds out whether `replace` could write the file, as far as that can be known before; changes nothing.
    package static func checkReplaceable(_ path: String) throws(FileError) {
        let target = resolved(path)
        var status = stat()
        guard stat(target, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else { return }
        do { _ = try AtomicFile(path: target) } catch { throw FileError(error, operation: "write", path: path) }
    }

    /// Makes the folder and those above it that are missing.
    package static func makeFolder(_ path: String) throws(FileError) {
        guard !path.isEmpty else { return }
        do { try FileSystem.makeFolder(path) } catch { throw FileError(error) }
    }

    /// The path with links followed, or as it is when nothing is there.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func writeThrough(_ path: String, _ text: String) throws(SystemError) {
        let file = try OpenFile(path, O_WRONLY)
        try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(SystemError) in try file.write(UnsafeRawBufferPointer(bytes)) }
    }
}
