import Foundation
import TestSupport

extension TemporaryFolder {
    /// Everything below a folder, links and folders too, as sorted relative paths.
    func entries(_ name: String = "") -> [String] {
        (FileManager.default.enumerator(atPath: path + "/" + name)?.allObjects as? [String] ?? []).sorted()
    }

    /// The name of every temporary file that something left behind.
    var leftovers: [String] {
        entries().filter { $0.hasSuffix(".incomplete") || $0.hasSuffix(".tmp") || $0.hasSuffix(".new") || $0.hasSuffix(".link") }
    }
}
