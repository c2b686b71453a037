import ApusSystem

/// What a content is, computed in one pass over it.
struct ContentDigests: Equatable {
    /// Size in bytes.
    let size: Int
    let sha256: String
    /// Git's id of a blob of the content.
    let gitSHA1: String
    /// The first bytes, from which a hub judges what kind of file this is.
    let sample: [UInt8]
    /// Whether git keeps a pointer in its place (LFS), as far as a hub leaves that to its clients.
    let isLarge: Bool

    /// Git's id of the blob: of the content, or of the pointer of a large file.
    var blobID: String { isLarge ? GitObjects.pointerID(sha256: sha256, size: size) : gitSHA1 }

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
        gitSHA1 = sha1.digits()
        self.sample = sample
    }

    /// Text is UTF-8 without a zero byte; the last character of a sample may be cut.
    private static func looksLikeText(_ sample: [UInt8], isWhole: Bool) -> Bool {
        guard !sample.contains(0) else { return false }
        return (0...(isWhole ? 0 : 3)).contains { String(validating: sample.dropLast($0), as: UTF8.self) != nil }
    }
}
