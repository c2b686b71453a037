import ApusSystem

/// A part of a repository at one commit, in the cache.
public struct Snapshot: Sendable {
    public let repository: RepositoryID
    /// The commit, 40 hexadecimal digits.
    public let commit: String
    /// Absolute path of the folder in which the files have their paths.
    public let folder: String
    /// By path.
    public let files: [CachedFile]
}

extension HubCache {
    /// Fetches all files of a revision that the patterns want, several at a time.
    ///
    /// Without a hub the cache answers if it holds all of them.
    public func snapshot(
        of repository: RepositoryID, revision: Revision = .main, matching patterns: FilePatterns = FilePatterns(), hub: any Hub,
        isOffline: Bool = false, verification: Verification = .size, connections: Int = standardConnections, transfer: Transfer = Transfer()
    ) throws(HubError) -> Snapshot {
        let (commit, listing) = try listing(of: repository, revision: revision, hub: hub, isOffline: isOffline, transfer: transfer)
        let wanted = listing.map(\.path).filter(patterns.matches)
        guard !wanted.isEmpty || listing.isEmpty else {
            throw HubError(
                .entryNotFound, "none of the \(listing.count) files of the \(repository) at '\(revision)' matches the patterns",
                nextStep: "It has files such as '\(listing[0].path)'; '*' stands for anything, slashes too", commit: commit)
        }
        let pinned = try Revision(commit)
        let files = try ParallelWork.run(count: wanted.count, workers: connections, transfer: transfer) { (index, transfer) throws(HubError) in
            try download(
                wanted[index], from: repository, revision: pinned, hub: hub, isOffline: isOffline, verification: verification, transfer: transfer)
        }
        if !isOffline, revision.name != commit { try writeReference(revision, commit: commit, in: repository) }
        return Snapshot(repository: repository, commit: commit, folder: layout(repository).snapshot(commit: commit), files: files)
    }

    /// The commit that a revision names, and its files: from the hub, or from the cache where that must or can do.
    private func listing(
        of repository: RepositoryID, revision: Revision, hub: any Hub, isOffline: Bool, transfer: Transfer
    ) throws(HubError) -> (commit: String, files: [HubFile]) {
        func cached(_ commit: String?) -> (commit: String, files: [HubFile])? {
            commit.flatMap { commit in TreeCache(path: layout(repository).tree(commit: commit)).read().map { (commit, $0) } }
        }
        if isOffline {
            guard let found = cached(cachedCommit(of: revision, in: repository)) else {
                throw HubError(
                    .offline,
                    "the cache \(folder) has no listing of the \(repository) at '\(revision)', and the hub must not be asked (offline mode)",
                    nextStep: "Unset HF_HUB_OFFLINE for one run")
            }
            return found
        }
        do throws(HubError) {
            let commit =
                if revision.isCommit { revision.name } else {
                    try hub.repositoryInfo(repository, revision: revision, shouldStop: transfer.shouldStop).sha
                }
            if let found = cached(commit) { return found }
            let files = try hub.listFiles(repository, revision: Revision(commit), prefix: "", shouldStop: transfer.shouldStop)
            for file in files { try RepositoryPath.validate(file.path) }
            try HubFiles.makeFolders(FilePath.folder(of: layout(repository).tree(commit: commit)))
            try TreeCache(path: layout(repository).tree(commit: commit)).write(files)
            return (commit, files)
        } catch {
            guard error.isHubAway, let found = cached(cachedCommit(of: revision, in: repository)) else { throw error }
            return found
        }
    }
}
