/// Where things of one repository are in the cache.
struct CacheLayout {
    let folder: String
    let repository: RepositoryID

    var root: String { "\(folder)/\(repository.cacheFolderName)" }
    var blobs: String { root + "/blobs" }
    var references: String { root + "/refs" }
    var locks: String { "\(folder)/.locks/\(repository.cacheFolderName)" }

    func blob(_ etag: ETag) -> String { "\(blobs)/\(etag)" }
    func lock(_ etag: ETag) -> String { "\(locks)/\(etag).lock" }
    func snapshot(commit: String) -> String { "\(root)/snapshots/\(commit)" }
    func pointer(commit: String, path: String) -> String { "\(snapshot(commit: commit))/\(path)" }
    func tree(commit: String) -> String { "\(root)/trees/\(commit).json" }
    func missing(commit: String) -> String { "\(root)/.no_exist/\(commit)" }

    /// The content as the pointer at `path` names it: up through the folders of the path, the commit and `snapshots`.
    static func pointerTarget(path: String, etag: ETag) -> String {
        String(repeating: "../", count: RepositoryPath.parents(of: path).count + 2) + "blobs/\(etag)"
    }
}
