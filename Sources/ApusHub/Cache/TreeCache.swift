import ApusJSON

/// The listing of a commit in the cache, `trees/<commit>.json`, which never changes and so saves a request; shared with the Python client.
package struct TreeCache {
    let path: String

    package init(path: String) { self.path = path }

    private static let formatVersion = 1
    private static let limit = 256 << 20

    /// Nil when there is none, or none that can be believed.
    package func read() -> [HubFile]? {
        guard let bytes = try? HubFiles.contents(of: path, limit: Self.limit), let json = try? JSON(parsing: bytes),
            json["format_version"]?.int == Self.formatVersion, let entries = json["files"]?.object
        else { return nil }
        var files: [HubFile] = []
        for (path, entry) in entries {
            let sha256 = entry["lfs_sha256"]?.string
            guard (try? RepositoryPath.validate(path)) != nil, let size = entry["lfs_size"]?.int ?? entry["size"]?.int, size >= 0,
                let id = entry["blob_id"]?.string, Hexadecimal.isDigest(id, digits: 40), sha256.map({ Hexadecimal.isDigest($0, digits: 64) }) ?? true
            else { return nil }
            files.append(HubFile(path: path, size: size, blobID: id, sha256: sha256))
        }
        return files.sorted { $0.path < $1.path }
    }

    func write(_ files: [HubFile]) throws(HubError) {
        let entries = files.map { file in
            var entry: JSONObject = ["size": .int(file.size), "blob_id": .string(file.blobID)]
            if let sha256 = file.sha256 {
                entry["lfs_sha256"] = .string(sha256)
                entry["lfs_size"] = .int(file.size)
            }
            return (file.path, JSON.object(entry))
        }
        let json: JSON = ["format_version": .int(Self.formatVersion), "files": .object(JSONObject(entries))]
        try HubFiles.write(json.utf8(.indented(1)), to: path)
    }
}
