import ApusJSON

/// A commit as a `file:` hub keeps it: the whole listing, with the id that git would give the same commit.
struct StoredCommit: Equatable {
    var parent: String?
    var author: String
    /// Seconds since 1970, UTC.
    var time: Int
    /// Summary, and after an empty line the rest.
    var message: String
    /// Sorted by path.
    var files: [StoredFile]

    /// One file of a commit.
    struct StoredFile: Equatable {
        var path: String
        var size: Int
        /// Git's id of the blob, or of the pointer of a large file.
        var blobID: String
        /// Names the content in the blob folder.
        var sha256: String
        var isLarge: Bool

        var hubFile: HubFile { HubFile(path: path, size: size, blobID: blobID, sha256: isLarge ? sha256 : nil) }
    }

    private static let formatVersion = 1

    var tree: String { GitObjects.treeID(files.lazy.map { ($0.path, $0.blobID) }) }

    /// Forty hexadecimal digits that depend on everything in the commit and on nothing else.
    var id: String {
        GitObjects.commitID(tree: tree, parent: parent, author: author, email: "\(author)@apus.invalid", time: time, message: message)
    }

    var json: JSON {
        [
            "format_version": .int(Self.formatVersion), "parent": parent.map(JSON.string) ?? nil, "author": .string(author), "time": .int(time),
            "message": .string(message),
            "files": .array(
                files.map {
                    [
                        "path": .string($0.path), "size": .int($0.size), "blob_id": .string($0.blobID), "sha256": .string($0.sha256),
                        "lfs": .bool($0.isLarge),
                    ]
                }),
        ]
    }

    init(parent: String?, author: String, time: Int, message: String, files: [StoredFile]) {
        self.parent = parent
        self.author = author
        self.time = time
        self.message = message
        self.files = files
    }

    /// Reads a commit and believes nothing: paths must stay inside, digests must be digests, and the id must be the one asked for.
    init(reading path: String, id: String) throws(HubError) {
        func damaged(_ reason: String) -> HubError {
            HubError(.damaged, "the commit \(path) is damaged: \(reason)", nextStep: "Restore the hub's folder, or publish the files again")
        }
        guard let bytes = try HubFiles.contents(of: path, limit: 256 << 20) else { throw damaged("it is missing") }
        guard let json = try? JSON(parsing: bytes), json["format_version"]?.int == Self.formatVersion, let author = json["author"]?.string,
            let time = json["time"]?.int, let message = json["message"]?.string, let files = json["files"]?.array
        else { throw damaged("it is not a commit of format \(Self.formatVersion)") }
        var stored: [StoredFile] = []
        stored.reserveCapacity(files.count)
        for file in files {
            guard let path = file["path"]?.string, let size = file["size"]?.int, let blobID = file["blob_id"]?.string,
                let sha256 = file["sha256"]?.string, let isLarge = file["lfs"]?.bool
            else { throw damaged("an entry is incomplete") }
            try RepositoryPath.validate(path)
            guard size >= 0, Hexadecimal.isDigest(blobID, digits: 40), Hexadecimal.isDigest(sha256, digits: 64) else {
                throw damaged("the entry \(path.debugDescription) has no proper size or digest")
            }
            guard !isLarge || blobID == GitObjects.pointerID(sha256: sha256, size: size) else {
                throw damaged("the size or digest of the large file \(path.debugDescription) does not belong to its id")
            }
            stored.append(StoredFile(path: path, size: size, blobID: blobID, sha256: sha256, isLarge: isLarge))
        }
        self.init(parent: json["parent"]?.string, author: author, time: time, message: message, files: stored)
        guard self.id == id else { throw damaged("its content belongs to the id \(self.id)") }
    }
}
