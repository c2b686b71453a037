import ApusSystem

/// Why the hub or its cache could not do something: what happened, the values involved, the next step.
public struct HubError: Error, Sendable, Equatable {
    /// The kind of failure; open-ended, so `switch` needs a default.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let invalidName = Code(rawValue: "InvalidName")
        public static let invalidPath = Code(rawValue: "InvalidPath")
        public static let invalidRevision = Code(rawValue: "InvalidRevision")
        public static let invalidEndpoint = Code(rawValue: "InvalidEndpoint")
        public static let invalidToken = Code(rawValue: "InvalidToken")
        public static let invalidCommit = Code(rawValue: "InvalidCommit")
        public static let repositoryNotFound = Code(rawValue: "RepositoryNotFound")
        public static let revisionNotFound = Code(rawValue: "RevisionNotFound")
        public static let entryNotFound = Code(rawValue: "EntryNotFound")
        public static let alreadyExists = Code(rawValue: "AlreadyExists")
        /// The caller is not known, or may not do this.
        public static let unauthorised = Code(rawValue: "Unauthorised")
        /// The owner of the repository decides who may download from it.
        public static let gated = Code(rawValue: "Gated")
        /// The branch moved since the commit named as parent.
        public static let conflict = Code(rawValue: "Conflict")
        /// The hub cannot be reached, or must not be (`HF_HUB_OFFLINE`).
        public static let offline = Code(rawValue: "Offline")
        /// The hub had an error of its own, again and again.
        public static let serverFailure = Code(rawValue: "ServerFailure")
        /// The hub wants fewer requests.
        public static let rateLimited = Code(rawValue: "RateLimited")
        /// The hub does not take what it was sent.
        public static let rejected = Code(rawValue: "Rejected")
        /// The server could not prove who it is.
        public static let insecure = Code(rawValue: "Insecure")
        public static let checksumMismatch = Code(rawValue: "ChecksumMismatch")
        public static let noSpace = Code(rawValue: "NoSpace")
        /// A file or folder cannot be written or read by this user.
        public static let permissionDenied = Code(rawValue: "PermissionDenied")
        /// What is stored in a `file:` hub or in the cache is not what was written there.
        public static let damaged = Code(rawValue: "Damaged")
        public static let inputOutput = Code(rawValue: "InputOutput")
        public static let unsupported = Code(rawValue: "Unsupported")
        /// A library that the hub needs is not installed.
        public static let libraryMissing = Code(rawValue: "LibraryMissing")
        /// `shouldStop` said so.
        public static let cancelled = Code(rawValue: "Cancelled")
    }

    /// Whether the hub did not answer as it should, so that what the cache has is the best that can be had.
    var isHubAway: Bool { [.offline, .serverFailure, .rateLimited].contains(code) }

    public let code: Code
    /// What happened, with the values involved, in one line.
    public let message: String
    /// What to do now.
    public let nextStep: String?
    /// Existing names near the one that was not found, the nearest first.
    public let suggestions: [String]
    /// The commit that was looked into, where the failure is about a file in it.
    public let commit: String?

    public init(_ code: Code, _ message: String, nextStep: String? = nil, suggestions: [String] = [], commit: String? = nil) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
        self.suggestions = suggestions
        self.commit = commit
    }
}

extension HubError: CustomStringConvertible {
    /// The message, the nearest names and the next step, as sentences on one line.
    public var description: String {
        var text = message
        if !suggestions.isEmpty { text += "; did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?" }
        if let nextStep { text += (text.hasSuffix("?") ? " " : ". ") + nextStep }
        return text
    }
}

extension HubError {
    static let cancelled = HubError(.cancelled, "the transfer was interrupted", nextStep: "Run the cell again to continue")

    /// A failed system call as the error a user can act on.
    init(_ error: SystemError) {
        if error.isNoSpace {
            self.init(
                .noSpace, error.description,
                nextStep: "Free some space, or use another folder (HF_HUB_CACHE moves the cache); nothing half-written was left")
        } else if error.isDenied {
            self.init(
                .permissionDenied, error.description, nextStep: "Choose a folder that this user may write, or change its permissions")
        } else {
            self.init(.inputOutput, error.description)
        }
    }
}

extension HubError {
    /// A path that a revision does not have: what is there instead.
    ///
    /// - Parameter paths: all files of the revision.
    init(missingEntry path: String, among paths: [String], _ code: Code, _ message: String, commit: String?) {
        let below = paths.filter { RepositoryPath.isPath($0, under: path) }
        let nextStep =
            if !below.isEmpty { "It is a folder of \(below.count) files, such as '\(below[0])'" } else if paths.isEmpty {
                "The repository is empty at that revision"
            } else { "The repository has \(paths.count) files at that revision" }
        self.init(
            code, message, nextStep: nextStep, suggestions: below.isEmpty ? NameSuggestions.nearest(to: path, among: paths) : [], commit: commit)
    }
}
