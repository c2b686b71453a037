package import Glibc

/// A folder for what is not finished: gone with the object, unless it got another name.
///
/// Its owner holds a lock on it (flock), by which the next one that is made beside it knows what killed processes left, and removes it.
package final class ScratchFolder: Sendable {
    package let path: String
    private let file: OpenFile

    private static let digits = 13

    /// - Parameters:
    ///   - prefix: the beginning of the name, which nothing else in `parent` may have: a hyphen and random digits follow.
    ///   - mode: the permissions of the folder, before the umask.
    package init(in parent: String, prefix: String, mode: mode_t = 0o700) throws(SystemError) {
        Self.removeAbandoned(in: parent, prefix: prefix)
        while true {
            let digits = String(UInt64.random(in: .min ... .max), radix: 36)
            let path = "\(parent)/\(prefix)-\(String(repeating: "0", count: Self.digits - digits.count))\(digits)"
            guard mkdir(path, mode) == 0 else { throw SystemError("make a folder in", parent) }
            // Between creation and lock another process may take it for abandoned: before it is opened, or after.
            let file: OpenFile
            do { file = try OpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) } catch {
                guard error.isMissing else { throw error }
                continue
            }
            if (try? file.tryLock()) != false, !file.isUnlinked {
                self.path = path
                self.file = file
                return
            }
        }
    }

    deinit { try? FileSystem.removeTree(path) }

    /// Gives the folder its final name; it stays then.
    package func rename(to path: String) throws(SystemError) {
        try FileSystem.rename(self.path, to: path)
        try FileSystem.synchronise(folder: FilePath.folder(of: path))
    }

    private static func removeAbandoned(in parent: String, prefix: String) {
        for name in (try? FileSystem.names(in: parent)) ?? [] where name.hasPrefix(prefix + "-") && name.utf8.count == prefix.utf8.count + 1 + digits
        {
            let path = parent + "/" + name
            guard let file = try? OpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), let status = try? file.status(), status.st_uid == geteuid(),
                (try? file.tryLock()) == true
            else { continue }
            try? FileSystem.removeTree(path)
        }
    }
}
