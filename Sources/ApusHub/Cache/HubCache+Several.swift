extension HubCache {
    /// How many files are fetched at once: more gain little on one line, and a hub counts requests.
    public static let standardConnections = 4

    /// Fetches several files of one commit, some at a time, and returns them by their paths.
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
        // What is missing is found before anything is fetched.
        let places = try ParallelWork.run(count: paths.count, workers: connections, transfer: transfer) {
            (index, transfer) throws(HubError) -> Place? in
            if index == 0 { return place }
            do throws(HubError) {
                return try locate(
                    paths[index], in: repository, revision: pinned, hub: hub, isOffline: isOffline, verification: verification, transfer: transfer)
            } catch {
                // Offline nobody can tell what does not exist from what was never fetched.
                if optional.contains(paths[index]), error.code == .entryNotFound || isOffline && error.code == .offline { return nil }
                throw error.naming(revision, insteadOf: pinned)
            }
        }
        let found = places.compactMap { $0 }
        try checkSpace(for: found)
        let files: [CachedFile]
        do throws(HubError) {
            files = try ParallelWork.run(count: found.count, workers: connections, transfer: transfer) { (index, transfer) throws(HubError) in
                try bring(found[index], hub: hub, verification: verification, transfer: transfer)
            }
        } catch {
            if error.code == .noSpace { discardLeftovers(of: found) }
            throw error
        }
        if case .hub(let file) = place, revision.name != file.commit { try writeReference(revision, commit: file.commit, in: repository) }
        return Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension HubCache {
    /// - Throws: `.noSpace` when not all of the contents that are missing can fit: then none of them is fetched.
    private func checkSpace(for places: [Place]) throws(HubError) {
        let missing = places.compactMap { if case .hub(let file) = $0, !hasBlob(file) { file } else { nil } }
        guard missing.count > 1 else { return }
        let size = Dictionary(missing.map { ($0.etag, $0.size) }, uniquingKeysWith: { first, _ in first }).values.reduce(0, +)
        try checkSpace(for: size, of: "the \(missing.count) files that are missing, such as '\(missing[0].path)', have")
    }

    /// The files that stopped for the sake of one that did not fit: a full disk needs their space, too.
    private func discardLeftovers(of places: [Place]) {
        for case .hub(let file) in places { PartialFile.discardLeftovers(of: file.etag, in: layout(file.repository).blobs) }
    }
}

extension HubError {
    /// The same error about the revision that the user wrote.
    fileprivate func naming(_ revision: Revision, insteadOf pinned: Revision) -> HubError {
        HubError(
            code, message.replacing("'\(pinned)'", with: "'\(revision)'"), nextStep: nextStep, suggestions: suggestions, commit: commit)
    }
}
