package import ApusHTTP

/// What the heads of `resolve` answers say about a file, collected along redirects.
package struct FileMetadata {
    private var commit: String?
    private var etag: String?
    private var size: Int?

    package init() {}

    /// Takes what a head adds. `X-Linked-*` describe the file itself; `ETag` and `Content-Length` do only where the file is the body.
    package mutating func add(_ response: HTTPResponse) {
        commit = commit ?? response["X-Repo-Commit"]
        etag = etag ?? response["X-Linked-Etag"] ?? (response.isSuccess ? response["ETag"] : nil)
        size = size ?? (response["X-Linked-Size"] ?? (response.isSuccess ? response["Content-Length"] : nil)).flatMap { Int($0) }
    }

    /// Everything is known, so that no redirect need be followed.
    var isComplete: Bool { commit != nil && etag != nil && size != nil }

    var isEmpty: Bool { commit == nil && etag == nil && size == nil }

    package func file(_ path: String, in repository: RepositoryID, location: String, endpoint: String) throws(HubError) -> ResolvedFile {
        guard let commit, let etag, let size, size >= 0, Hexadecimal.isDigest(commit, digits: 40) else {
            throw HubError(
                .damaged, "\(endpoint) does not answer as a hub: it names no commit, size and checksum for '\(path)'",
                nextStep: "Check HF_ENDPOINT; a network that wants a sign-in first answers like this too")
        }
        return ResolvedFile(repository: repository, path: path, commit: commit, size: size, etag: try ETag(Self.bare(etag)), location: location)
    }

    /// Without `W/` and quotes.
    private static func bare(_ etag: String) -> String {
        String((etag.hasPrefix("W/") ? etag.dropFirst(2) : etag[...]).filter { $0 != "\"" })
    }
}
