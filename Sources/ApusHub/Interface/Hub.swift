/// A place with model, dataset and space repositories: a folder (`file:`) or a server.
///
/// One conformer is one account at one endpoint. Every call blocks the calling thread until it is done, may be made from
/// any thread, and asks `shouldStop` often enough to end within a fraction of a second. Users download through
/// `HubCache.download`, which calls `resolve` and `read` (a HEAD and a GET in the HTTP protocol) and verifies what comes.
public protocol Hub: Sendable {
    var endpoint: HubEndpoint { get }

    /// Whether a network lies between, so that `HF_HUB_OFFLINE` forbids its use.
    var usesNetwork: Bool { get }

    /// Whom a token belongs to; without one, who an anonymous visitor is.
    func whoami(token: HubToken?, shouldStop: () -> Bool) throws(HubError) -> HubUser

    /// What a repository holds at a revision.
    func repositoryInfo(_ repository: RepositoryID, revision: Revision, shouldStop: () -> Bool) throws(HubError) -> RepositoryInfo

    /// Makes an empty repository and returns its URL; an existing one is an error unless `existOK`.
    @discardableResult
    func createRepository(_ repository: RepositoryID, isPrivate: Bool, existOK: Bool, shouldStop: () -> Bool) throws(HubError) -> String

    /// The files at a revision, sorted by path; with a prefix those of one folder and below.
    func listFiles(_ repository: RepositoryID, revision: Revision, prefix: String, shouldStop: () -> Bool) throws(HubError) -> [HubFile]

    /// The branches and tags, sorted by name.
    func references(of repository: RepositoryID) throws(HubError) -> [Reference]

    /// Names a commit by a new branch or tag.
    func createReference(_ kind: Reference.Kind, _ name: String, in repository: RepositoryID, at revision: Revision) throws(HubError)

    /// What the file at a path is, without its content.
    ///
    /// - Parameter isPatient: whether a hub that does not answer is asked again; who has the file already need not wait.
    func resolve(
        _ path: String, in repository: RepositoryID, revision: Revision, isPatient: Bool, shouldStop: () -> Bool
    ) throws(HubError) -> ResolvedFile

    /// Hands the content of a resolved file from a byte offset to `consume`, piece by piece in order.
    func read(
        _ file: ResolvedFile, from offset: Int, shouldStop: () -> Bool, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError)

    /// Makes one commit of several changes: all of them become visible at once, or none.
    func commit(_ request: CommitRequest, to repository: RepositoryID, transfer: Transfer) throws(HubError) -> CommitReceipt
}

/// The same calls for who does not stop them, and with what is usual.
extension Hub {
    public func whoami(token: HubToken?) throws(HubError) -> HubUser { try whoami(token: token, shouldStop: { false }) }

    public func repositoryInfo(_ repository: RepositoryID, revision: Revision = .main) throws(HubError) -> RepositoryInfo {
        try repositoryInfo(repository, revision: revision, shouldStop: { false })
    }

    @discardableResult
    public func createRepository(_ repository: RepositoryID, isPrivate: Bool = false, existOK: Bool = false) throws(HubError) -> String {
        try createRepository(repository, isPrivate: isPrivate, existOK: existOK, shouldStop: { false })
    }

    public func listFiles(_ repository: RepositoryID, revision: Revision = .main, prefix: String = "") throws(HubError) -> [HubFile] {
        try listFiles(repository, revision: revision, prefix: prefix, shouldStop: { false })
    }

    public func resolve(_ path: String, in repository: RepositoryID, revision: Revision) throws(HubError) -> ResolvedFile {
        try resolve(path, in: repository, revision: revision, isPatient: true, shouldStop: { false })
    }

    public func commit(_ request: CommitRequest, to repository: RepositoryID) throws(HubError) -> CommitReceipt {
        try commit(request, to: repository, transfer: Transfer())
    }
}
