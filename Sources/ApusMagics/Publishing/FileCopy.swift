import ApusSession
import ApusSystem

/// Copies small files byte for byte.
enum FileCopy {
    static func copy(_ source: String, to target: String) throws(CellFailure) {
        do { try AtomicFile.replace(target, with: try FileSystem.read(source)) } catch {
            throw CellFailure("FileCopy", error.description, hint: "check the folder's permissions and the free space")
        }
    }
}
