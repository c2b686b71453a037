import ApusSystem

/// A folder of one test, removed with the object.
package final class TemporaryFolder: Sendable {
    private let folder: ScratchFolder

    package var path: String { folder.path }

    package init() throws { folder = try ScratchFolder(in: "/tmp", prefix: "apus-test") }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and makes the folders it needs.
    @discardableResult
    package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        try FileSystem.makeFolder(FilePath.folder(of: file(name)))
        try AtomicFile.replace(file(name), with: Array(bytes))
        return file(name)
    }

    package func read(_ name: String) throws -> [UInt8] { try FileSystem.read(file(name)) }

    /// Removes the folder itself, as somebody may do while it is in use.
    package func removeAll() { try? FileSystem.removeTree(path) }

    package func remove(_ name: String) { FileSystem.remove(file(name)) }

    /// The names of what is in the folder, hidden ones too, sorted.
    package var names: [String] { (try? FileSystem.names(in: path)) ?? [] }
}
