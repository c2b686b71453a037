import Glibc

/// Where the cells of this process are compiled; removed with the object. What a process that was killed left is removed by the next one.
package final class WorkFolder: Sendable {
    package let path: String

    package init() throws(FolderFailure) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        Self.removeLeftovers(in: base)
        var template = Array("\(base)/\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw FolderFailure(folder: base, reason: String(cString: strerror(errno))) }
        path = String(cString: made)
    }

    deinit { Self.remove(path) }

    private static let prefix = "apus-cells-"

    private static func removeLeftovers(in base: String) {
        guard let folder = opendir(base) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name.hasPrefix(prefix), let process = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }) else { continue }
            if kill(process, 0) != 0, errno == ESRCH { remove("\(base)/\(name)") }
        }
    }

    private static func remove(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }
}

/// Why there is no folder to compile cells in.
package struct FolderFailure: Error {
    package let folder: String
    package let reason: String
}
