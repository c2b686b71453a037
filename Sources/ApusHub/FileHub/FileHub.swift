import ApusSystem

/// A hub in a folder, for offline work and continuous integration: `datasets/`, `models/`, `spaces/` and optionally `users.json`.
///
/// Several processes may use one folder at once. Everything is on disk; the value holds only where and who.
public struct FileHub: Hub {
    /// Absolute path of the hub's folder; it need not exist yet.
    public let folder: String
    private let token: HubToken?
    /// Seconds since 1970: commits carry the time, and their ids depend on it.
    private let clock: @Sendable () -> Int

    public init(folder: String, token: HubToken? = nil) {
        self.init(folder: folder, token: token, clock: { Int(UTCTime.now.seconds) })
    }

    package init(folder: String, token: HubToken?, clock: @escaping @Sendable () -> Int) {
        self.folder = folder
        self.token = token
        self.clock = clock
    }

    public var endpoint: HubEndpoint { .folder(folder) }
    public var usesNetwork: Bool { false }

    public func whoami(token: HubToken?, shouldStop: () -> Bool) throws(HubError) -> HubUser { try FileHubUsers(hubFolder: folder).user(of: token) }

    // MARK: Repositories

    @discardableResult
    public func createRepository(_ repository: RepositoryID, isPrivate: Bool, existOK: Bool, shouldStop: () -> Bool) throws(HubError) -> String {
        let user = try authoriseWriting(repository)
        let store = store(repository)
        try refuseNestedRepository(repository)
        let isNew = store.exists ? false : try store.create(isPrivate: isPrivate, author: user.name, time: clock())
        guard isNew || existOK else {
            throw HubError(.alreadyExists, "the \(repository) already exists at \(endpoint)", nextStep: "Use it as it is, or choose another name")
        }
        return FilePath.url(store.folder)
    }

    public func repositoryInfo(_ repository: RepositoryID, revision: Revision, shouldStop: () -> Bool) throws(HubError) -> RepositoryInfo {
        let store = try openStore(repository)
        let commit = try store.resolve(revision)
        return RepositoryInfo(
            id: repository, isPrivate: try store.isPrivate, sha: commit, siblings: try store.commit(commit).files.map(\.hubFile),
            url: FilePath.url(store.folder))
    }

    /// All repositories of a kind that are there, sorted by name.
    public func repositories(_ kind: RepositoryID.Kind) throws(HubError) -> [RepositoryID] {
        let kindFolder = "\(folder)/\(kind.plural)"
        var found: [RepositoryID] = []
        for name in try HubFiles.names(in: kindFolder) {
            let paths =
                RepositoryStore.isRepository("\(kindFolder)/\(name)")
                ? [name] : try HubFiles.names(in: "\(kindFolder)/\(name)").map { "\(name)/\($0)" }
            for path in paths where RepositoryStore.isRepository("\(kindFolder)/\(path)") {
                if let id = try? RepositoryID(kind, path) { found.append(id) }
            }
        }
        return found
    }

    // MARK: Files

    public func listFiles(_ repository: RepositoryID, revision: Revision, prefix: String, shouldStop: () -> Bool) throws(HubError) -> [HubFile] {
        let store = try openStore(repository)
        return try store.commit(try store.resolve(revision)).files.map(\.hubFile).filter { RepositoryPath.isPath($0.path, under: prefix) }
    }

    public func resolve(
        _ path: String, in repository: RepositoryID, revision: Revision, isPatient: Bool, shouldStop: () -> Bool
    ) throws(HubError) -> ResolvedFile {
        try RepositoryPath.validate(path)
        let store = try openStore(repository)
        let commit = try store.resolve(revision)
        let files = try store.commit(commit).files
        guard let file = files.first(where: { $0.path == path }) else {
            throw Self.entryNotFound(path, in: repository, revision: revision, commit: commit, paths: files.map(\.path))
        }
        return ResolvedFile(
            repository: repository, path: path, commit: commit, size: file.size, etag: file.hubFile.etag, location: store.blobs.path(of: file.sha256))
    }

    public func read(
        _ file: ResolvedFile, from offset: Int, shouldStop: () -> Bool, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) {
        guard FileSystem.fileSize(file.location) != nil else {
            throw HubError(
                .damaged, "the content of \(file.path) is missing from the \(file.repository): \(file.location)",
                nextStep: "Restore the hub's folder, or upload the file again")
        }
        try HubFiles.read(file.location, from: offset, shouldStop: shouldStop, consume: consume)
    }

    // MARK: References

    public func references(of repository: RepositoryID) throws(HubError) -> [Reference] { try openStore(repository).references() }

    public func createReference(_ kind: Reference.Kind, _ name: String, in repository: RepositoryID, at revision: Revision) throws(HubError) {
        _ = try authoriseWriting(repository)
        let store = try openStore(repository)
        let reference = try Revision(name)
        guard !reference.isCommit else {
            throw HubError(.invalidRevision, "'\(name)' looks like a commit and cannot name a \(kind.rawValue)", nextStep: "Choose another name")
        }
        try store.withLock(shouldStop: { false }) { () throws(HubError) in
            let commit = try store.resolve(revision)
            if let existing = try store.reference(kind, name) {
                throw HubError(.alreadyExists, "the \(kind.rawValue) '\(name)' of the \(repository) already names \(existing)")
            }
            try store.setReference(kind, name, to: commit)
        }
    }

    // MARK: Access

    func currentTime() -> Int { clock() }

    func store(_ repository: RepositoryID) -> RepositoryStore {
        RepositoryStore(id: repository, folder: "\(folder)/\(repository.kind.plural)/\(repository.path)")
    }

    /// The repository, if it exists and this user may see it. A private one is reported as missing, as the Hub does.
    func openStore(_ repository: RepositoryID) throws(HubError) -> RepositoryStore {
        let store = store(repository)
        let users = try FileHubUsers(hubFolder: folder)
        let user = try users.user(of: token)
        guard store.exists else { throw try repositoryNotFound(repository) }
        guard try !store.isPrivate || users.mayRead(user, namespace: repository.namespace) else { throw try repositoryNotFound(repository) }
        return store
    }

    func authoriseWriting(_ repository: RepositoryID) throws(HubError) -> HubUser {
        let users = try FileHubUsers(hubFolder: folder)
        let user = try users.user(of: token)
        guard users.mayWrite(user, namespace: repository.namespace) else {
            throw HubError(
                .unauthorised,
                "\(user.isAnonymous ? "an anonymous visitor" : "the user \(user.name) (role \(user.role.rawValue))") may not write to the \(repository)",
                nextStep: "Use a token with the role 'write' of '\(repository.namespace ?? repository.name)' or one of its members")
        }
        return user
    }

    /// A repository without a namespace and a namespace cannot share a name: they would share a folder.
    private func refuseNestedRepository(_ repository: RepositoryID) throws(HubError) {
        let kindFolder = "\(folder)/\(repository.kind.plural)"
        if let namespace = repository.namespace, RepositoryStore.isRepository("\(kindFolder)/\(namespace)") {
            throw HubError(.alreadyExists, "'\(namespace)' is a repository, so it cannot be the namespace of '\(repository.path)'")
        }
        if repository.namespace == nil, !store(repository).exists, FileSystem.kind(of: "\(kindFolder)/\(repository.name)") != nil {
            throw HubError(.alreadyExists, "'\(repository.name)' is a namespace, so it cannot be the name of a repository")
        }
    }

    // MARK: Errors

    private func repositoryNotFound(_ repository: RepositoryID) throws(HubError) -> HubError {
        guard FileSystem.kind(of: folder) == .folder else {
            return HubError(
                .repositoryNotFound, "there is no \(repository): the hub's folder \(folder) does not exist",
                nextStep: "Check HF_ENDPOINT, or fill a hub with %%features or 'apus simulate'")
        }
        for kind in RepositoryID.Kind.allCases where kind != repository.kind {
            if let other = try? RepositoryID(kind, repository.path), store(other).exists, try !store(other).isPrivate {
                return HubError(
                    .repositoryNotFound, "there is no \(repository) at \(endpoint), but a \(kind.rawValue) of that name",
                    nextStep: "Ask for the type \(kind.rawValue)")
            }
        }
        if !(try HubFiles.names(in: store(repository).folder)).isEmpty {
            return HubError(
                .repositoryNotFound, "\(store(repository).folder) is a plain folder, not a repository of the hub",
                nextStep: "Publish it into the hub with FileHub.publish, or move it elsewhere")
        }
        var names: [String] = []
        for other in try repositories(repository.kind) where try !store(other).isPrivate { names.append(other.path) }
        return HubError(
            .repositoryNotFound, "there is no \(repository) at \(endpoint)",
            nextStep: names.isEmpty ? "This hub has no \(repository.kind.rawValue) repositories yet" : "Check the name and the type",
            suggestions: NameSuggestions.nearest(to: repository.path, among: names))
    }

    static func entryNotFound(_ path: String, in repository: RepositoryID, revision: Revision, commit: String, paths: [String]) -> HubError {
        HubError(
            missingEntry: path, among: paths, .entryNotFound,
            "there is no file '\(path)' in the \(repository) at '\(revision)' (commit \(commit.prefix(12)))", commit: commit)
    }
}
