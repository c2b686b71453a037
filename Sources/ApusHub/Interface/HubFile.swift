/// A file as a repository lists it.
public struct HubFile: Sendable, Hashable {
    /// Path in the repository, with `/` between components.
    public let path: String
    /// Size in bytes.
    public let size: Int
    /// Git's id of the blob, 40 hexadecimal digits. For a large file it is the id of the pointer that git keeps in its place.
    public let blobID: String
    /// The SHA-256 of a large file (LFS), 64 hexadecimal digits; nil for a regular one.
    public let sha256: String?

    public init(path: String, size: Int, blobID: String, sha256: String?) {
        self.path = path
        self.size = size
        self.blobID = blobID
        self.sha256 = sha256
    }

    /// The name of the content in the cache.
    public var etag: ETag { sha256.map(ETag.sha256) ?? .gitSHA1(blobID) }
}

/// What identifies the content of a file: the Hub's own etags, which are checksums.
public enum ETag: Sendable, Hashable, CustomStringConvertible {
    /// SHA-256 of the content, for large files (LFS).
    case sha256(String)
    /// SHA-1 of git's blob of the content, for regular files.
    case gitSHA1(String)

    /// Recognises a checksum by its length; anything else is refused, because it will name a file.
    public init(_ digits: String) throws(HubError) {
        if Hexadecimal.isDigest(digits, digits: 64) {
            self = .sha256(digits)
        } else if Hexadecimal.isDigest(digits, digits: 40) {
            self = .gitSHA1(digits)
        } else {
            throw HubError(.damaged, "the hub named a content \(digits.debugDescription), which is neither a SHA-256 nor a git SHA-1")
        }
    }

    public var digits: String {
        switch self {
        case .sha256(let digits), .gitSHA1(let digits): digits
        }
    }

    public var description: String { digits }
}

/// A file that was found at a revision, ready to be read.
public struct ResolvedFile: Sendable, Hashable {
    public let repository: RepositoryID
    public let path: String
    /// The commit that the revision names now, 40 hexadecimal digits.
    public let commit: String
    /// Size in bytes.
    public let size: Int
    public let etag: ETag
    /// Where the hub reads it from: its own business.
    public let location: String

    public init(repository: RepositoryID, path: String, commit: String, size: Int, etag: ETag, location: String) {
        self.repository = repository
        self.path = path
        self.commit = commit
        self.size = size
        self.etag = etag
        self.location = location
    }
}

/// A repository at one revision.
public struct RepositoryInfo: Sendable, Hashable {
    public let id: RepositoryID
    public let isPrivate: Bool
    /// The commit that the revision names now, 40 hexadecimal digits.
    public let sha: String
    /// All files, sorted by path.
    public let siblings: [HubFile]
    public let url: String

    public init(id: RepositoryID, isPrivate: Bool, sha: String, siblings: [HubFile], url: String) {
        self.id = id
        self.isPrivate = isPrivate
        self.sha = sha
        self.siblings = siblings
        self.url = url
    }
}
