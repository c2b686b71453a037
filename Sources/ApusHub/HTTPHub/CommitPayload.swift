import ApusJSON

/// The body of a commit: one JSON value a line.
enum CommitPayload {
    static let type = "application/x-ndjson"

    /// - Parameters:
    ///   - files: those that change; small ones are read and sent within.
    ///   - parent: the commit that the branch must still name, which makes the request safe to repeat.
    static func body(_ request: CommitRequest, files: [PlannedFile], parent: String, transfer: Transfer) throws(HubError) -> [UInt8] {
        var body: [UInt8] = []
        func add(_ key: String, _ value: JSON) {
            body += JSON.object(["key": .string(key), "value": value]).utf8()
            body.append(UInt8(ascii: "\n"))
        }
        add(
            "header",
            ["summary": .string(request.summary), "description": .string(request.message), "parentCommit": .string(parent)])
        for file in files {
            switch file.fate {
            case .unchanged: break
            case .large:
                add("lfsFile", ["path": .string(file.path), "algo": "sha256", "oid": .string(file.digests.sha256), "size": .int(file.digests.size)])
            case .regular:
                var bytes: [UInt8] = []
                try file.content.read(transfer: transfer) { bytes += $0 }
                guard GitObjects.blobID(bytes) == file.digests.gitSHA1 else {
                    throw HubError(
                        .checksumMismatch, "'\(file.path)' changed while it was uploaded", nextStep: "Upload again once nothing writes to it")
                }
                add("file", ["content": .string(Base64.encode(bytes)), "path": .string(file.path), "encoding": "base64"])
            }
        }
        for operation in request.operations {
            switch operation {
            case .add: break
            case .delete(let path): add("deletedFile", ["path": .string(path)])
            case .deleteFolder(let path): add("deletedFolder", ["path": .string(path)])
            }
        }
        return body
    }
}
