extension HubCache {
    /// How many files are fetched at once: more gain little on one line, and a hub counts requests.
    public static let standardConnections = 4

    /// Fetches several files of one commit at a time, and returns them by their paths.
    ///
    /// The revision is looked up once, so that all files belong together even when the branch moves meanwhile.
    /// - Parameters:
    ///   - optional: paths that need not exist; those that do not are missing in the result. The first path must exist.
    ///   - connections: how many are fetched at once.
    public func download(
        _ paths: [String], optional: Set<String> = [], from repository: RepositoryID, revision: Revision = .main, hub: any Hub,
        isOffline: Bool = false, verification: Verification = .size, connections: Int = standardConnections, transfer: Transfer = Transfer()
    ) throws(HubError) -> [String: CachedFile] {
        for path in paths { try RepositoryPath.validate(path) }
        guard let first = paths.first else { return [:] }
        let place = try locate(
            first, in: repository, revision: revision, hub: hub, isOffline: isOffline, verification: verification, transfer: transfer)
        let pinned = try Revision(place.commit)
        let files = try ParallelWork.run(count: paths.count, workers: connections, transfer: transfer) { (index, transfer) throws(HubError) in
            let path = paths[index]
            do throws(HubError) {
                if index == 0 { return try bring(place, hub: hub, verification: verification, transfer: transfer) as CachedFile? }
                return try download(
                    path, from: repository, revision: pinned, hub: hub, isOffline: isOffline, verification: verification, transfer: transfer)
            } catch {
                // Offline nobody can tell what does not exist from what was never fetched.
                guard optional.contains(path), error.code == .entryNotFound || isOffline && error.code == .offline else { throw error }
                return nil
            }
        }
        if case .hub(let file) = place, revision.name != file.commit { try writeReference(revision, commit: file.commit, in: repository) }
        return Dictionary(zip(paths, files).compactMap { path, file in file.map { (path, $0) } }, uniquingKeysWith: { first, _ in first })
    }
}
