import ApusSession
import Glibc

/// A folder for plain files, that is gone with the object.
final class TemporaryFolder {
    let path: String

    /// Makes a folder in `TMPDIR`, or in `/tmp`.
    init(_ environment: SessionEnvironment) throws(CellFailure) {
        let parent = environment.variables["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(parent)/apus-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CellFailure(
                "NoTemporaryFolder", "cannot make a folder in \(parent): \(String(cString: strerror(errno)))",
                hint: "free some space there, or set TMPDIR to a folder that this user may write")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        if let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink("\(path)/\(name)")
            }
            closedir(stream)
        }
        rmdir(path)
    }
}
