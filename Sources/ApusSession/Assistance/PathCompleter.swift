import FoundationEssentials

/// Offers files and folders below the session's working directory.
struct PathCompleter {
    let environment: SessionEnvironment

    /// A folder with more entries than this offers the first ones only.
    private static let mostEntries = 200

    func items(for source: OptionDeclaration.ValueSource, partial: String) -> [Completions.Item] {
        let extensions: [String]?
        switch source {
        case .none: return []
        case .directories: extensions = nil
        case .files(let wanted): extensions = wanted
        }
        let slash = partial.lastIndex(of: "/")
        let folder = slash.map { String(partial[...$0]) } ?? ""
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: absolute(folder))) ?? []
        var items: [Completions.Item] = []
        for entry in entries.sorted() where !entry.hasPrefix(".") && (folder + entry).hasPrefix(partial) {
            var isFolder = false
            _ = FileManager.default.fileExists(atPath: absolute(folder + entry), isDirectory: &isFolder)
            if isFolder {
                items.append(Completions.Item(folder + entry + "/", kind: "folder"))
            } else if let extensions, extensions.isEmpty || extensions.contains(where: { entry.hasSuffix("." + $0) }) {
                items.append(Completions.Item(folder + entry, kind: "file"))
            }
            if items.count == PathCompleter.mostEntries { break }
        }
        return items
    }

    private func absolute(_ path: String) -> String { environment.absolutePath(path) }
}

extension SessionEnvironment {
    /// A path as cells write it: from the working directory, or from the home folder when it begins with `~`.
    func absolutePath(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "~" || path.hasPrefix("~/"), let home = variables["HOME"] { return home + path.dropFirst() }
        return workingDirectory + "/" + path
    }
}
