import Foundation

/// A folder that is removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init(files: [String] = []) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "apus-session-\(UUID().uuidString)").path
        for file in files {
            let url = URL(filePath: path).appending(path: file)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
