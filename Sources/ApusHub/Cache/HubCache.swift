import ApusSystem

/// The cache folder of the Hugging Face Hub, in the layout of its Python client, so that both share downloads.
///
/// ```
/// CACHEDIR.TAG
/// .locks/<repo>/<etag>.lock                     flock, held while a content is fetched
/// <repo> = datasets--namespace--name
///   refs/<revision>                             the commit a branch or tag named last
///   blobs/<etag>                                contents, each once
///   snapshots/<commit>/<path>                   relative links to blobs
///   .no_exist/<commit>/<path>                   empty: the hub said that there is no such file
/// ```
/// Unlike the Python client (huggingface_hub 2.4), a content becomes visible only after its checksum was right.
public struct HubCache: Sendable {
    /// Absolute path of the cache folder; it is made by the first download.
    public let folder: String
    /// Bytes that may still be written to a folder; nil when unknown.
    private let availableSpace: @Sendable (String) -> Int?

    public init(folder: String) { self.init(folder: folder, availableSpace: { FileSystem.availableSpace($0) }) }

    package init(folder: String, availableSpace: @escaping @Sendable (String) -> Int?) {
        self.folder = folder
        self.availableSpace = availableSpace
    }

    /// How a content that is there already is checked before it is used.
    public enum Verification: Sendable {
        /// Its size is what the hub says.
        case size
        /// It is read and hashed; a damaged one is fetched again.
        case full
    }

    /// Fetches one file unless it is there, and returns where it is.
    ///
    /// A file of a revision given as a commit needs no request when it is there. When the hub cannot be reached, the cache answers
    /// if it can. A failed or interrupted download leaves what it has for the next one to continue, under a name that nobody opens.
    /// - Parameter isOffline: ask nothing of the hub, as `HF_HUB_OFFLINE` demands.
    public func download(
        _ path: String, from repository: RepositoryID, revision: Revision = .main, hub: any Hub, isOffline: Bool = false,
        verification: Verification = .size, transfer: Transfer = Transfer()
    ) throws(HubError) -> CachedFile {
        let place = try locate(
            path, in: repository, revision: revision, hub: hub, isOffline: isOffline, verification: verification, transfer: transfer)
        let file = try bring(place, hub: hub, verification: verification, transfer: transfer)
        // Last, so that an interrupted download leaves the files of the former commit reachable offline.
        if case .hub(let resolved) = place, revision.name != resolved.commit {
            try writeReference(revision, commit: resolved.commit, in: repository)
        }
        return file
    }

    /// Where a file will come from.
    enum Place {
        case cache(CachedFile)
        case hub(ResolvedFile)

        var commit: String {
            switch self {
            case .cache(let file): file.commit
            case .hub(let file): file.commit
            }
        }
    }

    /// Looks a file up, in the cache where the hub need not or cannot be asked.
    func locate(
        _ path: String, in repository: RepositoryID, revision: Revision, hub: any Hub, isOffline: Bool, verification: Verification, transfer: Transfer
    ) throws(HubError) -> Place {
        try RepositoryPath.validate(path)
        if revision.isCommit, verification == .size, let file = cachedFile(path, in: repository, commit: revision.name) { return .cache(file) }
        if isOffline { return .cache(try offlineFile(path, in: repository, revision: revision, verification: verification, transfer: transfer)) }
        do throws(HubError) {
            let isPatient = cachedFile(path, in: repository, revision: revision) == nil
            let resolved = try hub.resolve(path, in: repository, revision: revision, isPatient: isPatient, shouldStop: transfer.shouldStop)
            try Self.validate(resolved, path: path)
            return .hub(resolved)
        } catch {
            if error.isHubAway, let file = cachedFile(path, in: repository, revision: revision) { return .cache(file) }
            if error.code == .entryNotFound, let commit = error.commit { rememberMissing(path, in: repository, commit: commit) }
            throw error
        }
    }

    /// Makes a file that was looked up available.
    func bring(_ place: Place, hub: any Hub, verification: Verification, transfer: Transfer) throws(HubError) -> CachedFile {
        switch place {
        case .cache(let file): file
        case .hub(let file): try fetch(file, hub: hub, verification: verification, transfer: transfer)
        }
    }

    // MARK: Without a hub

    /// The file if it is there, without asking any hub.
    public func cachedFile(_ path: String, in repository: RepositoryID, revision: Revision = .main) -> CachedFile? {
        guard (try? RepositoryPath.validate(path)) != nil, let commit = cachedCommit(of: revision, in: repository) else { return nil }
        return cachedFile(path, in: repository, commit: commit)
    }

    /// The commit that a revision named when the hub was asked last.
    func cachedCommit(of revision: Revision, in repository: RepositoryID) -> String? {
        if revision.isCommit { return revision.name }
        let path = "\(layout(repository).references)/\(revision.name)"
        guard let bytes = try? HubFiles.contents(of: path, limit: 1024) else { return nil }
        let commit = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        return Hexadecimal.isDigest(commit, digits: 40) ? commit : nil
    }

    private func cachedFile(_ path: String, in repository: RepositoryID, commit: String) -> CachedFile? {
        let pointer = layout(repository).pointer(commit: commit, path: path)
        guard let size = FileSystem.fileSize(pointer), let target = FileSystem.linkTarget(pointer), let etag = try? ETag(FilePath.name(of: target))
        else { return nil }
        return CachedFile(repository: repository, path: path, commit: commit, etag: etag, size: size, location: pointer, wasCached: true)
    }

    private func offlineFile(
        _ path: String, in repository: RepositoryID, revision: Revision, verification: Verification, transfer: Transfer
    ) throws(HubError) -> CachedFile {
        guard let file = cachedFile(path, in: repository, revision: revision) else {
            throw HubError(
                .offline,
                "'\(path)' of the \(repository) at '\(revision)' is not in the cache \(folder), and the hub must not be asked (offline mode)",
                nextStep: "Unset HF_HUB_OFFLINE for one run, or point HF_ENDPOINT at a hub in a folder")
        }
        if verification == .full { try verify(file, transfer: transfer) }
        return file
    }

    // MARK: Checks

    /// Reads a cached file and compares its checksum with its name.
    ///
    /// - Throws: `.checksumMismatch` with both values.
    public func verify(_ file: CachedFile, transfer: Transfer = Transfer()) throws(HubError) {
        var hasher = ContentHasher(for: file.etag, size: file.size)
        var completed = 0
        try HubFiles.read(file.location, shouldStop: transfer.shouldStop) { (bytes) throws(HubError) in
            hasher.update(bytes)
            completed += bytes.count
            transfer.progress(TransferProgress(path: file.path, phase: .verifying, completed: completed, total: file.size))
        }
        let found = hasher.digits()
        guard found == file.etag.digits else {
            throw HubError(
                .checksumMismatch, "\(file.location) is damaged: its checksum should be \(file.etag) and is \(found)",
                nextStep: "Download it again; the damaged content is then replaced")
        }
    }

    /// A hub may say anything; what names a file here is checked first.
    private static func validate(_ file: ResolvedFile, path: String) throws(HubError) {
        try RepositoryPath.validate(file.path)
        _ = try ETag(file.etag.digits)
        guard file.path == path, file.size >= 0, Hexadecimal.isDigest(file.commit, digits: 40) else {
            throw HubError(
                .damaged,
                "the hub answered for '\(path)' with path \(file.path.debugDescription), size \(file.size), commit \(file.commit.debugDescription)")
        }
    }

    func layout(_ repository: RepositoryID) -> CacheLayout { CacheLayout(folder: folder, repository: repository) }

    /// - Parameter what: the subject of the error, with its verb.
    /// - Throws: `.noSpace` when so many bytes cannot fit.
    func checkSpace(for size: Int, of what: String) throws(HubError) {
        guard let available = availableSpace(folder), available < size else { return }
        throw HubError(
            .noSpace, "\(what) \(size) bytes, and only \(available) are free in \(folder)",
            nextStep: "Free some space, or move the cache with HF_HUB_CACHE")
    }
}

/// A file in the cache.
public struct CachedFile: Sendable, Hashable {
    public let repository: RepositoryID
    /// Path in the repository.
    public let path: String
    /// The commit it belongs to, 40 hexadecimal digits.
    public let commit: String
    public let etag: ETag
    /// Size in bytes.
    public let size: Int
    /// Absolute path to open; a link to the content.
    public let location: String
    /// Nothing was fetched for it.
    public let wasCached: Bool

    init(repository: RepositoryID, path: String, commit: String, etag: ETag, size: Int, location: String, wasCached: Bool) {
        self.repository = repository
        self.path = path
        self.commit = commit
        self.etag = etag
        self.size = size
        self.location = location
        self.wasCached = wasCached
    }
}
