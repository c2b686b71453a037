import ApusSystem
import Synchronization

extension HubCache {
    /// What the Python client writes, so that backup programs leave the folder out (https://bford.info/cachedir/).
    private static let folderTag = """
        Signature: 8a477f597d28d172789f06886806bc55
        # This file is a cache directory tag created by huggingface_hub.
        # For information about cache directory tags, see:
        #\thttps://bford.info/cachedir/

        """

    /// Makes the content and its pointer visible, fetching only what is missing.
    func fetch(_ file: ResolvedFile, hub: any Hub, verification: Verification, transfer: Transfer) throws(HubError) -> CachedFile {
        let layout = layout(file.repository)
        func cachedFile(wasCached: Bool) -> CachedFile {
            CachedFile(
                repository: file.repository, path: file.path, commit: file.commit, etag: file.etag, size: file.size,
                location: layout.pointer(commit: file.commit, path: file.path), wasCached: wasCached)
        }
        // A cache that holds everything may be read-only: look before anything is written.
        if verification == .size, hasPointer(file), hasBlob(file) { return cachedFile(wasCached: true) }

        for folder in [layout.blobs, layout.references, layout.locks, layout.snapshot(commit: file.commit)] { try HubFiles.makeFolders(folder) }
        try writeFolderTag()
        // One fetch of a content at a time, also between processes; the second finds it there.
        return try FileLock.withLock(layout.lock(file.etag), shouldStop: transfer.shouldStop) { () throws(HubError) in
            var isThere = hasBlob(file)
            if isThere, verification == .full { isThere = try isIntact(file, transfer: transfer) }
            if !isThere { try fetchBlob(file, hub: hub, transfer: transfer) }
            if !hasPointer(file) { try writePointer(file) }
            return cachedFile(wasCached: isThere)
        }
    }

    /// Brings a content into the cache, hashing on the way; only what has the right size and checksum gets its name.
    ///
    /// What an earlier attempt left is continued. What does not have the right checksum then is fetched once more from the beginning: the
    /// leftover or a transfer may have been damaged.
    private func fetchBlob(_ file: ResolvedFile, hub: any Hub, transfer: Transfer) throws(HubError) {
        let layout = layout(file.repository)
        let partial = try PartialFile(file.etag, size: file.size, in: layout.blobs)
        var mayRepeat = hub.usesNetwork || partial.size > 0
        while true {
            do throws(HubError) {
                try checkSpace(for: file.size - partial.size, of: "'\(file.path)' has")
                try fill(partial, file, hub: hub, transfer: transfer)
                try partial.commit(as: layout.blob(file.etag), shouldStop: transfer.shouldStop)
                break
            } catch {
                if error.code == .checksumMismatch, mayRepeat {
                    mayRepeat = false
                    try partial.restart()
                    continue
                }
                // A full disk needs the space, and damaged bytes are of no use; everything else is worth continuing.
                if partial.size == 0 || [.checksumMismatch, .noSpace].contains(error.code) { partial.discard() } else { partial.leave() }
                throw error
            }
        }
        transfer.progress(TransferProgress(path: file.path, phase: .downloading, completed: file.size, total: file.size))
    }

    /// Fetches what a partial content lacks and checks the whole. What arrives is hashed and written at the same time.
    private func fill(_ partial: PartialFile, _ file: ResolvedFile, hub: any Hub, transfer: Transfer) throws(HubError) {
        let digest = Mutex(ContentHasher(for: file.etag, size: file.size))
        let hashing = PieceWorker(name: "apus-checksum") { piece in digest.withLock { $0.update(piece) } }
        let writing = PieceWorker(name: "apus-writer") { (piece) throws(HubError) in try partial.write(piece) }
        var failure: HubError?
        do throws(HubError) {
            try partial.read(shouldStop: transfer.shouldStop) { (bytes) throws(HubError) in try hashing.add(Array(bytes)) }
            try receive(file, from: partial.size, hub: hub, transfer: transfer) { (piece) throws(HubError) in
                try hashing.add(piece)
                try writing.add(piece)
            }
        } catch {
            failure = error
        }
        // Whatever happened, what arrived is worth keeping.
        do throws(HubError) {
            try hashing.finish()
            try writing.finish()
        } catch {
            failure = failure ?? error
        }
        if let failure { throw failure }
        let found = digest.withLock { $0.digits() }
        guard found == file.etag.digits else {
            throw HubError(
                .checksumMismatch, "'\(file.path)' of the \(file.repository) arrived damaged: its checksum should be \(file.etag) and is \(found)",
                nextStep: "Run the cell again; if it stays, the file at the hub is damaged and must be uploaded again")
        }
    }

    /// Hands on the content from an offset and reports; exactly as much as the file has must come.
    private func receive(
        _ file: ResolvedFile, from offset: Int, hub: any Hub, transfer: Transfer, deliver: ([UInt8]) throws(HubError) -> Void
    ) throws(HubError) {
        var completed = offset
        func report() {
            if completed < file.size {
                transfer.progress(TransferProgress(path: file.path, phase: .downloading, completed: completed, total: file.size))
            }
        }
        report()
        if completed < file.size {
            try hub.read(file, from: completed, shouldStop: transfer.shouldStop) { (bytes) throws(HubError) in
                completed += bytes.count
                guard completed <= file.size else { throw Self.wrongSize(file, "more") }
                try deliver(Array(bytes))
                report()
            }
        }
        guard completed == file.size else { throw Self.wrongSize(file, "only \(completed)") }
    }

    private static func wrongSize(_ file: ResolvedFile, _ found: String) -> HubError {
        HubError(
            .checksumMismatch, "'\(file.path)' of the \(file.repository) arrived damaged: it should have \(file.size) bytes and has \(found)",
            nextStep: "Run the cell again; if it stays, the file at the hub is damaged and must be uploaded again")
    }

    // MARK: What is there

    func hasBlob(_ file: ResolvedFile) -> Bool { FileSystem.fileSize(layout(file.repository).blob(file.etag)) == file.size }

    private func isIntact(_ file: ResolvedFile, transfer: Transfer) throws(HubError) -> Bool {
        let blob = CachedFile(
            repository: file.repository, path: file.path, commit: file.commit, etag: file.etag, size: file.size,
            location: layout(file.repository).blob(file.etag), wasCached: true)
        do throws(HubError) {
            try verify(blob, transfer: transfer)
            return true
        } catch {
            if error.code == .checksumMismatch { return false }
            throw error
        }
    }

    private func hasPointer(_ file: ResolvedFile) -> Bool {
        FileSystem.linkTarget(layout(file.repository).pointer(commit: file.commit, path: file.path))
            == CacheLayout.pointerTarget(path: file.path, etag: file.etag)
    }

    // MARK: Small files

    private func writePointer(_ file: ResolvedFile) throws(HubError) {
        let layout = layout(file.repository)
        try HubFiles.makeFolders(RepositoryPath.parents(of: file.path), under: layout.snapshot(commit: file.commit))
        let pointer = layout.pointer(commit: file.commit, path: file.path)
        try HubFiles.link(pointer, to: CacheLayout.pointerTarget(path: file.path, etag: file.etag))
    }

    /// A cache that cannot be written any more keeps its former reference; what was asked for is there all the same.
    func writeReference(_ revision: Revision, commit: String, in repository: RepositoryID) throws(HubError) {
        guard cachedCommit(of: revision, in: repository) != commit else { return }
        let path = "\(layout(repository).references)/\(revision.name)"
        do throws(HubError) {
            try HubFiles.makeFolders(FilePath.folder(of: path))
            try HubFiles.write(commit.utf8, to: path)
        } catch {
            guard error.code == .permissionDenied else { throw error }
        }
    }

    /// Remembering what does not exist only saves a request later, so a failure is no reason to complain.
    func rememberMissing(_ path: String, in repository: RepositoryID, commit: String) {
        guard Hexadecimal.isDigest(commit, digits: 40) else { return }
        let folder = layout(repository).missing(commit: commit)
        do throws(HubError) {
            try HubFiles.makeFolders(folder)
            try HubFiles.makeFolders(RepositoryPath.parents(of: path), under: folder)
            try HubFiles.makeFolders(layout(repository).references)
            try HubFiles.makeFolders(layout(repository).root + "/snapshots")
            try HubFiles.write([], to: folder + "/" + path)
        } catch {}
    }

    private func writeFolderTag() throws(HubError) {
        let path = folder + "/CACHEDIR.TAG"
        if FileSystem.kind(of: path) == nil { try HubFiles.write(Self.folderTag.utf8, to: path) }
    }
}
