import ApusSession
import ApusSystem

/// A folder for plain files, that is gone with the object; one of a killed process is gone when the next one is made.
final class TemporaryFolder {
    private let folder: ScratchFolder

    var path: String { folder.path }

    /// Makes a folder in `TMPDIR`, or in `/tmp`.
    init(_ environment: SessionEnvironment) throws(CellFailure) {
        let parent = environment.variables["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        do { folder = try ScratchFolder(in: parent, prefix: ".apus-scratch") } catch {
            throw CellFailure(
                "NoTemporaryFolder", error.description, hint: "free some space there, or set TMPDIR to a folder that this user may write")
        }
    }
}
