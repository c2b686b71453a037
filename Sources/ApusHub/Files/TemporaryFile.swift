import ApusSystem
import Glibc

/// A large file on its way: it gets its name when it is complete and on disk; given up, it leaves nothing.
///
/// Its owner holds a lock on it, so that another process can tell a file in use from one left by a killed process.
struct TemporaryFile: ~Copyable {
    private let file: AtomicFile

    /// - Parameters:
    ///   - path: the final name; a file of that name is replaced.
    ///   - folder: where the file is written, in the same file system.
    ///   - prefix: what the temporary name begins with; a dot and eight random digits follow.
    init(for path: String, in folder: String, prefix: String, suffix: String) throws(HubError) {
        do {
            while true {
                let file = try AtomicFile(path: path, temporaryPath: "\(folder)/\(prefix).\(Hexadecimal.random(8))\(suffix)")
                // Between creation and lock the cleaner of another process may have taken the file for an abandoned one.
                if try file.lock() {
                    self.file = file
                    return
                }
            }
        } catch {
            throw HubError(error)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
        do { try file.write(bytes) } catch { throw HubError(error) }
    }

    /// Syncs and renames.
    consuming func commit() throws(HubError) {
        do { try file.commit() } catch { throw HubError(error) }
    }
}
