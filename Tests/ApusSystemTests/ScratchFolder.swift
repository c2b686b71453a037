import ApusSystem

/// A folder that is gone after the test.
final class ScratchFolder {
    let path: String

    init() throws { path = try FileSystem.makeTemporaryFolder(in: "/tmp", prefix: "apus-system") }

    deinit { try? FileSystem.removeTree(path) }

    var names: [String] { (try? FileSystem.names(in: path)) ?? [] }
}
