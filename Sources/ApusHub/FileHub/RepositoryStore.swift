import ApusJSON
import ApusSystem

/// One repository of a `file:` hub on disk.
///
/// ```
/// repository.json        {"format_version":1,"private":false}
/// refs/heads/main        the commit a branch names: 40 digits, replaced atomically under the lock
/// refs/tags/v1           the commit a tag names
/// commits/<id>.json      never changed once written
/// blobs/<2>/<sha256>     never changed once written
/// .lock                  held while a reference moves
/// ```
/// A killed process leaves at most blobs and commits that nothing names yet.
struct RepositoryStore {
    let id: RepositoryID
    let folder: String

    private static let descriptionName = "repository.json"

    var blobs: BlobStore { BlobStore(folder: folder + "/blobs") }

    var exists: Bool { Self.isRepository(folder) }

    static func isRepository(_ folder: String) -> Bool { FileSystem.fileSize(folder + "/" + descriptionName) != nil }

    var isPrivate: Bool {
        get throws(HubError) {
            let bytes = try HubFiles.contents(of: folder + "/" + Self.descriptionName, limit: 1 << 20) ?? []
            guard let json = try? JSON(parsing: bytes), json["format_version"]?.int == 1, let isPrivate = json["private"]?.bool else {
                throw HubError(.damaged, "\(folder)/\(Self.descriptionName) is damaged", nextStep: "Restore the hub's folder")
            }
            return isPrivate
        }
    }

    // MARK: Creation

    /// Makes the repository with an empty first commit: complete under a temporary name, then renamed.
    ///
    /// - Returns: false when somebody else made it first.
    func create(isPrivate: Bool, author: String, time: Int) throws(HubError) -> Bool {
        let parent = FilePath.folder(of: folder)
        try HubFiles.makeFolders(parent)
        let scratch = try HubFiles.scratchFolder(in: parent, prefix: ".new")
        let temporary = RepositoryStore(id: id, folder: scratch.path)
        try HubFiles.makeFolders(temporary.folder + "/refs/heads")
        for name in ["refs/tags", "commits", "blobs"] { try HubFiles.makeFolders(temporary.folder + "/" + name) }
        let first = try temporary.write(StoredCommit(parent: nil, author: author, time: time, message: "initial commit", files: []))
        try temporary.setReference(.branch, Revision.main.name, to: first)
        let description: JSON = ["format_version": 1, "private": .bool(isPrivate)]
        try HubFiles.write(description.text().utf8, to: "\(temporary.folder)/\(Self.descriptionName)")
        do throws(HubError) {
            try HubFiles.rename(scratch, to: folder)
            return true
        } catch {
            if exists { return false }
            throw error
        }
    }

    // MARK: Commits

    func commit(_ id: String) throws(HubError) -> StoredCommit { try StoredCommit(reading: commitPath(id), id: id) }

    func commitPath(_ id: String) -> String { "\(folder)/commits/\(id).json" }

    func write(_ commit: StoredCommit) throws(HubError) -> String {
        let id = commit.id
        try HubFiles.write(commit.json.text(.indented(1)).utf8, to: commitPath(id))
        return id
    }

    // MARK: References

    private static func folderName(_ kind: Reference.Kind) -> String { kind == .branch ? "heads" : "tags" }

    private func referencePath(_ kind: Reference.Kind, _ name: String) -> String { "\(folder)/refs/\(Self.folderName(kind))/\(name)" }

    func reference(_ kind: Reference.Kind, _ name: String) throws(HubError) -> String? {
        let path = referencePath(kind, name)
        guard let bytes = try HubFiles.contents(of: path, limit: 1024) else { return nil }
        let commit = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        guard Hexadecimal.isDigest(commit, digits: 40) else {
            throw HubError(.damaged, "the reference \(path) holds no commit", nextStep: "Restore the hub's folder")
        }
        return commit
    }

    func setReference(_ kind: Reference.Kind, _ name: String, to commit: String) throws(HubError) {
        let path = referencePath(kind, name)
        try HubFiles.makeFolders(FilePath.folder(of: path))
        try HubFiles.write(commit.utf8, to: path)
    }

    func references() throws(HubError) -> [Reference] {
        var references: [Reference] = []
        for kind in [Reference.Kind.branch, .tag] {
            let folder = "\(folder)/refs/\(Self.folderName(kind))"
            for name in try HubFiles.filesBelow(folder) where !FilePath.name(of: name).hasPrefix(".") {
                guard let commit = try reference(kind, name) else { continue }
                references.append(Reference(kind: kind, name: name, commit: commit))
            }
        }
        return references
    }

    /// The commit that a revision names.
    func resolve(_ revision: Revision) throws(HubError) -> String {
        for kind in [Reference.Kind.branch, .tag] {
            if let commit = try reference(kind, revision.name) { return commit }
        }
        if revision.isCommit, FileSystem.fileSize(commitPath(revision.name)) != nil { return revision.name }
        let names = try references().map(\.name)
        throw HubError(
            .revisionNotFound, "there is no revision '\(revision)' in the \(id)",
            nextStep: "It has: " + (names.isEmpty ? "none" : names.prefix(10).joined(separator: ", ")),
            suggestions: NameSuggestions.nearest(to: revision.name, among: names))
    }

    /// Runs `body` while no other thread or process moves a reference of this repository.
    func withLock<Result>(shouldStop: () -> Bool, _ body: () throws(HubError) -> Result) throws(HubError) -> Result {
        try FileLock.withLock(folder + "/.lock", shouldStop: shouldStop, body)
    }
}
