import ApusSystem

extension FileHub {
    /// Makes a repository of the plain files in a folder, or adds them to an existing one, in one commit.
    ///
    /// What version control and caches leave (`.git`, `.cache`, `.ipynb_checkpoints`, `.DS_Store`) is skipped. A symbolic link is refused:
    /// what it names may lie outside the folder.
    @discardableResult
    public func publish(
        folder source: String, as repository: RepositoryID, summary: String, isPrivate: Bool = false, transfer: Transfer = Transfer()
    ) throws(HubError) -> CommitReceipt {
        guard FileSystem.kind(of: source) == .folder else {
            throw HubError(.entryNotFound, "there is no folder \(source) to publish", nextStep: "Check the path")
        }
        let paths = try Self.publishedFiles(in: source, below: "")
        guard !paths.isEmpty else { throw HubError(.invalidCommit, "the folder \(source) has no files to publish", nextStep: "Check the path") }
        try createRepository(repository, isPrivate: isPrivate, existOK: true)
        let request = CommitRequest(paths.map { .add(path: $0, .file(source + "/" + $0)) }, summary: summary)
        return try commit(request, to: repository, transfer: transfer)
    }

    private static let skippedNames: Set<String> = [".git", ".cache", ".ipynb_checkpoints", ".DS_Store"]

    private static func publishedFiles(in source: String, below prefix: String) throws(HubError) -> [String] {
        var paths: [String] = []
        for name in try HubFiles.names(in: source + "/" + prefix) where !skippedNames.contains(name) {
            let path = prefix + name
            switch FileSystem.kind(of: source + "/" + path, following: false) {
            case .file: paths.append(path)
            case .folder: paths += try publishedFiles(in: source, below: path + "/")
            case .symbolicLink, .other, nil:
                throw HubError(
                    .invalidPath, "\(source)/\(path) is a link or a special file and is not published",
                    nextStep: "Replace it by the file it stands for, or move it out of the folder")
            }
        }
        return paths
    }
}
