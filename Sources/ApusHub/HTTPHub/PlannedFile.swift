import ApusJSON

/// One file of a commit: what it is here, and what the hub makes of it.
struct PlannedFile {
    let path: String
    let content: CommitRequest.Content
    let digests: ContentDigests
    /// When the file was written, to notice that it changes while it is sent.
    let stamp: CommitRequest.Content.Stamp?

    enum Fate {
        /// The branch has exactly this already.
        case unchanged
        /// Sent within the commit.
        case regular
        /// Sent to the store of large files, and named in the commit by its checksum.
        case large
    }

    var fate = Fate.regular
    var wasSent = false

    /// The content's name in the repository.
    var etag: ETag {
        switch fate {
        case .large: .sha256(digests.sha256)
        case .regular: .gitSHA1(digests.gitSHA1)
        case .unchanged: isLargeThere ? .sha256(digests.sha256) : .gitSHA1(digests.gitSHA1)
        }
    }

    /// Whether the hub keeps this path among the large files.
    private var isLargeThere = false

    init(path: String, content: CommitRequest.Content, transfer: Transfer) throws(HubError) {
        self.path = path
        self.content = content
        stamp = content.stamp
        digests = try ContentDigests(of: content, name: path, transfer: transfer)
    }

    /// Takes the hub's word from a `preupload` answer.
    mutating func judge(_ answer: JSON, endpoint: HubEndpoint) throws(HubError) {
        guard let mode = answer["uploadMode"]?.string, mode == "regular" || mode == "lfs" else {
            throw HubError(.damaged, "\(endpoint) does not say how '\(path)' is to be uploaded", nextStep: "Check HF_ENDPOINT")
        }
        if answer["shouldIgnore"]?.bool == true {
            throw HubError(
                .rejected, "the repository's .gitignore excludes '\(path)'", nextStep: "Choose another path, or change the .gitignore there")
        }
        // The store of large files takes no empty ones.
        isLargeThere = mode == "lfs" && digests.size > 0
        let known = answer["oid"]?.string
        if known == (isLargeThere ? digests.sha256 : digests.gitSHA1) {
            fate = .unchanged
        } else {
            fate = isLargeThere ? .large : .regular
        }
    }

    /// - Throws: `.checksumMismatch` when the file was written to since it was hashed.
    func checkStamp() throws(HubError) {
        guard content.stamp == stamp else {
            throw HubError(.checksumMismatch, "'\(path)' changed while it was uploaded", nextStep: "Upload again once nothing writes to it")
        }
    }

    var receipt: CommitReceipt.File { CommitReceipt.File(path: path, size: digests.size, etag: etag, wasUploaded: wasSent) }
}
