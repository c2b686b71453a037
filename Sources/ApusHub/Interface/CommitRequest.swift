/// One commit to be made: several changes that become visible together.
public struct CommitRequest: Sendable {
    public enum Operation: Sendable {
        case add(path: String, Content)
        case delete(path: String)
        case deleteFolder(path: String)

        public var path: String {
            switch self {
            case .add(let path, _), .delete(let path), .deleteFolder(let path): path
            }
        }
    }

    /// Where the bytes of an added file come from.
    public enum Content: Sendable {
        /// A regular file of this machine.
        case file(String)
        case bytes([UInt8])
    }

    public var operations: [Operation]
    /// First line of the message.
    public var summary: String
    /// The rest of the message; may be empty.
    public var message: String
    /// The branch that moves to the new commit.
    public var branch: Revision
    /// When given, the commit is refused with `.conflict` unless the branch still names this commit.
    public var parentCommit: String?
    /// Asks the owner to take the commit instead of moving the branch; may be done without the right to write.
    public var isPullRequest: Bool

    public init(
        _ operations: [Operation], summary: String, message: String = "", branch: Revision = .main, parentCommit: String? = nil,
        isPullRequest: Bool = false
    ) {
        self.operations = operations
        self.summary = summary
        self.message = message
        self.branch = branch
        self.parentCommit = parentCommit
        self.isPullRequest = isPullRequest
    }
}

/// What a commit left at the hub.
public struct CommitReceipt: Sendable, Hashable {
    public struct File: Sendable, Hashable {
        public let path: String
        public let size: Int
        public let etag: ETag
        /// False when the hub already had the content, so that nothing was sent.
        public let wasUploaded: Bool

        public init(path: String, size: Int, etag: ETag, wasUploaded: Bool) {
            self.path = path
            self.size = size
            self.etag = etag
            self.wasUploaded = wasUploaded
        }
    }

    /// The commit that the branch, or the pull request, names now, 40 hexadecimal digits.
    public let commit: String
    public let url: String
    public let branch: Revision
    /// The added files, in the order of the request.
    public let files: [File]
    /// False when the branch already held exactly this, so that no commit was made.
    public let isNew: Bool
    /// Where the pull request is, if it is one.
    public let pullRequest: String?

    public init(commit: String, url: String, branch: Revision, files: [File], isNew: Bool, pullRequest: String? = nil) {
        self.commit = commit
        self.url = url
        self.branch = branch
        self.files = files
        self.isNew = isNew
        self.pullRequest = pullRequest
    }
}
