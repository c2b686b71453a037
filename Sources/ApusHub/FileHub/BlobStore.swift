import ApusSystem

/// The contents of a repository in a `file:` hub, each kept once under its SHA-256.
struct BlobStore {
    let folder: String

    private static let temporaryPrefix = ".incoming"
    private static let temporarySuffix = ".tmp"

    func path(of sha256: String) -> String { "\(folder)/\(sha256.prefix(2))/\(sha256)" }

    func contains(_ digests: ContentDigests) -> Bool { FileSystem.fileSize(path(of: digests.sha256)) == digests.size }

    /// Stores a content under its digest, which is checked again on the way: the source may have changed since it was hashed.
    ///
    /// - Returns: false when it was there already.
    func insert(_ content: CommitRequest.Content, digests: ContentDigests, as name: String, transfer: Transfer) throws(HubError) -> Bool {
        if contains(digests) { return false }
        let finalPath = path(of: digests.sha256)
        try HubFiles.makeFolders(FilePath.folder(of: finalPath))
        FileSystem.removeAbandoned(in: folder, prefix: Self.temporaryPrefix, suffix: Self.temporarySuffix)
        let file = try TemporaryFile(for: finalPath, in: folder, prefix: Self.temporaryPrefix, suffix: Self.temporarySuffix)
        var hasher = ContentHasher(sha256: ())
        var completed = 0
        try content.read(transfer: transfer) { (bytes) throws(HubError) in
            hasher.update(bytes)
            try file.write(bytes)
            completed += bytes.count
            transfer.progress(TransferProgress(path: name, phase: .uploading, completed: completed, total: digests.size))
        }
        let found = hasher.digits()
        guard found == digests.sha256 else {
            throw HubError(
                .checksumMismatch, "\(name) changed while it was uploaded: its SHA-256 was \(digests.sha256) and became \(found)",
                nextStep: "Upload again once nothing writes to it")
        }
        try file.commit()
        return true
    }
}
