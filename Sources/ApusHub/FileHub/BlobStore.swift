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
        try TemporaryFile.removeAbandoned(in: folder, prefix: Self.temporaryPrefix, suffix: Self.temporarySuffix)
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

/// What a content is, computed in one pass over it.
struct ContentDigests: Equatable {
    /// Size in bytes.
    let size: Int
    let sha256: String
    /// Git's id of the blob: of the content, or of the pointer of a large file.
    let blobID: String
    let isLarge: Bool

    /// From this size a file is large even when it is text, as in the Hub.
    private static let regularLimit = 10 << 20
    /// How much of the beginning decides whether a file is text.
    private static let sampleSize = 8 << 10

    init(of content: CommitRequest.Content, name: String, transfer: Transfer) throws(HubError) {
        let size = try content.size(name: name)
        var sha256 = ContentHasher(sha256: ())
        var sha1 = ContentHasher(gitBlobOfSize: size)
        var completed = 0
        var sample: [UInt8] = []
        try content.read(transfer: transfer) { (bytes) throws(HubError) in
            if sample.count < Self.sampleSize { sample += bytes.prefix(Self.sampleSize - sample.count) }
            sha256.update(bytes)
            sha1.update(bytes)
            completed += bytes.count
            transfer.progress(TransferProgress(path: name, phase: .hashing, completed: completed, total: size))
        }
        guard completed == size else {
            throw HubError(
                .inputOutput, "\(name) changed while it was read: it had \(size) bytes and became \(completed)",
                nextStep: "Upload again once nothing writes to it")
        }
        self.size = size
        self.sha256 = sha256.digits()
        isLarge = size > Self.regularLimit || !Self.looksLikeText(sample, isWhole: sample.count == size)
        blobID = isLarge ? GitObjects.pointerID(sha256: self.sha256, size: size) : sha1.digits()
    }

    /// Text is UTF-8 without a zero byte; the last character of a sample may be cut.
    private static func looksLikeText(_ sample: [UInt8], isWhole: Bool) -> Bool {
        guard !sample.contains(0) else { return false }
        return (0...(isWhole ? 0 : 3)).contains { String(validating: sample.dropLast($0), as: UTF8.self) != nil }
    }
}

extension CommitRequest.Content {
    /// Size in bytes of what will be read.
    func size(name: String) throws(HubError) -> Int {
        switch self {
        case .bytes(let bytes): return bytes.count
        case .file(let path):
            guard let kind = FileSystem.kind(of: path) else {
                throw HubError(.entryNotFound, "there is no file \(path) to upload as \(name)", nextStep: "Run the cell that writes it first")
            }
            guard case .file(let size) = kind else {
                throw HubError(.invalidPath, "\(path) is not a regular file and cannot be uploaded as \(name)")
            }
            return size
        }
    }

    func read(transfer: Transfer, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void) throws(HubError) {
        switch self {
        case .bytes(let bytes):
            try transfer.checkStop()
            try bytes.withUnsafeBufferPointer { (buffer) throws(HubError) in try consume(UnsafeRawBufferPointer(buffer)) }
        case .file(let path):
            try HubFiles.read(path, shouldStop: transfer.shouldStop, consume: consume)
        }
    }
}
