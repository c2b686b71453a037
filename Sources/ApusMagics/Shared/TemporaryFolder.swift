import ApusSession
import ApusSystem

/// A folder for plain files, that is gone with the object.
final class TemporaryFolder {
    let path: String

    /// Makes a folder in `TMPDIR`, or in `/tmp`.
    init(_ environment: SessionEnvironment) throws(CellFailure) {
        let parent = environment.variables["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        do { path = try FileSystem.makeTemporaryFolder(in: parent, prefix: "apus") } catch {
            throw CellFailure(
                "NoTemporaryFolder", error.description, hint: "free some space there, or set TMPDIR to a folder that this user may write")
        }
    }

    deinit { try? FileSystem.removeTree(path) }
}
