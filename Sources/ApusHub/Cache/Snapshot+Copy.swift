import ApusSystem

extension Snapshot {
    private static let suffix = ".partial"

    /// Copies the files into a folder, where they have their paths: plain files, for programs that follow no links and for editing.
    ///
    /// Each is checked on the way and replaced in one step; one that is there with this content already stays as it is. Links in the folder
    /// are replaced, not followed.
    /// - Parameter folder: absolute; it is made when it is missing.
    /// - Returns: how many files were written.
    @discardableResult
    public func copy(to folder: String, transfer: Transfer = Transfer()) throws(HubError) -> Int {
        try HubFiles.makeFolders(folder)
        var written = 0
        for file in files where try !isThere(file, in: folder, transfer) {
            try copy(file, to: folder, transfer)
            written += 1
        }
        return written
    }

    private func isThere(_ file: CachedFile, in folder: String, _ transfer: Transfer) throws(HubError) -> Bool {
        let path = "\(folder)/\(file.path)"
        guard FileSystem.kind(of: path, following: false) == .file(size: file.size) else { return false }
        var hasher = ContentHasher(for: file.etag, size: file.size)
        try HubFiles.read(path, shouldStop: transfer.shouldStop) { hasher.update($0) }
        return hasher.digits() == file.etag.digits
    }

    private func copy(_ file: CachedFile, to folder: String, _ transfer: Transfer) throws(HubError) {
        let path = "\(folder)/\(file.path)"
        try HubFiles.makeFolders(RepositoryPath.parents(of: file.path), under: folder)
        let (place, prefix) = (FilePath.folder(of: path), ".\(FilePath.name(of: path))")
        FileSystem.removeAbandoned(in: place, prefix: prefix, suffix: Self.suffix)
        let copy = try TemporaryFile(for: path, in: place, prefix: prefix, suffix: Self.suffix)
        var hasher = ContentHasher(for: file.etag, size: file.size)
        try HubFiles.read(file.location, shouldStop: transfer.shouldStop) { (bytes) throws(HubError) in
            hasher.update(bytes)
            try copy.write(bytes)
        }
        let found = hasher.digits()
        guard found == file.etag.digits else {
            throw HubError(
                .checksumMismatch, "\(file.location) is damaged: its checksum should be \(file.etag) and is \(found)",
                nextStep: "Run the cell again with --verify, which fetches it again")
        }
        try copy.commit()
    }
}
