import ApusSystem

extension FileHub {
    public func commit(_ request: CommitRequest, to repository: RepositoryID, transfer: Transfer) throws(HubError) -> CommitReceipt {
        let user = try authoriseWriting(repository)
        let store = try openStore(repository)
        try request.validate()
        guard !request.isPullRequest else {
            throw HubError(.unsupported, "a hub in a folder has no pull requests", nextStep: "Commit to a branch")
        }
        _ = try Self.head(of: request, in: store)

        // Contents first, without the lock: they are the slow part, and nothing names them yet.
        var added: [String: StoredCommit.StoredFile] = [:]
        var receipts: [CommitReceipt.File] = []
        for case .add(let path, let content) in request.operations {
            let digests = try ContentDigests(of: content, name: path, transfer: transfer)
            let wasUploaded = try store.blobs.insert(content, digests: digests, as: path, transfer: transfer)
            let file = StoredCommit.StoredFile(
                path: path, size: digests.size, blobID: digests.blobID, sha256: digests.sha256, isLarge: digests.isLarge)
            added[path] = file
            receipts.append(CommitReceipt.File(path: path, size: file.size, etag: file.hubFile.etag, wasUploaded: wasUploaded))
        }

        let (commit, isNew) = try store.withLock(shouldStop: transfer.shouldStop) { () throws(HubError) in
            let head = try Self.head(of: request, in: store)
            let parent = try store.commit(head)
            let files = try Self.apply(request, added: added, to: parent.files, of: repository, at: head)
            guard files != parent.files else { return (head, false) }
            try transfer.checkStop()
            let message = request.message.isEmpty ? request.summary : request.summary + "\n\n" + request.message
            let commit = try store.write(StoredCommit(parent: head, author: user.name, time: currentTime(), message: message, files: files))
            try store.setReference(.branch, request.branch.name, to: commit)
            return (commit, true)
        }
        return CommitReceipt(commit: commit, url: FilePath.url(store.commitPath(commit)), branch: request.branch, files: receipts, isNew: isNew)
    }

    /// The commit that the branch names now, if it is what the request was made for.
    private static func head(of request: CommitRequest, in store: RepositoryStore) throws(HubError) -> String {
        guard let head = try store.reference(.branch, request.branch.name) else {
            let branches = try store.references().filter { $0.kind == .branch }.map(\.name)
            throw HubError(
                .revisionNotFound, "the \(store.id) has no branch '\(request.branch)' to commit to",
                nextStep: "It has: \(branches.joined(separator: ", "))",
                suggestions: NameSuggestions.nearest(to: request.branch.name, among: branches))
        }
        if let expected = request.parentCommit, expected != head {
            throw HubError(
                .conflict, "the branch '\(request.branch)' of the \(store.id) moved: it was expected at \(expected) and is at \(head)",
                nextStep: "Look at what changed, then commit again")
        }
        return head
    }

    private static func apply(
        _ request: CommitRequest, added: [String: StoredCommit.StoredFile], to files: [StoredCommit.StoredFile], of repository: RepositoryID,
        at commit: String
    ) throws(HubError) -> [StoredCommit.StoredFile] {
        var byPath: [String: StoredCommit.StoredFile] = [:]
        for file in files { byPath[file.path] = file }
        for operation in request.operations {
            switch operation {
            case .add: break
            case .delete(let path):
                guard byPath.removeValue(forKey: path) != nil else {
                    throw entryNotFound(path, in: repository, revision: request.branch, commit: commit, paths: files.map(\.path))
                }
            case .deleteFolder(let path):
                let inside = byPath.keys.filter { $0.hasPrefix(path + "/") }
                guard !inside.isEmpty else {
                    throw HubError(
                        .entryNotFound, "there is no folder '\(path)' in the \(repository) at '\(request.branch)'", commit: commit)
                }
                for path in inside { byPath[path] = nil }
            }
        }
        byPath.merge(added) { $1 }
        for path in byPath.keys {
            if let file = RepositoryPath.parents(of: path).first(where: { byPath[$0] != nil }) {
                throw HubError(
                    .invalidCommit, "'\(path)' cannot be in the \(repository): '\(file)' is a file, not a folder",
                    nextStep: "Delete '\(file)' in the same commit, or choose another path")
            }
        }
        return byPath.values.sorted { $0.path < $1.path }
    }
}
