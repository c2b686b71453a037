import ApusHub
import ApusSession
import ArgumentParser

/// `%%snapshot`: fetches a repository, or the files of it that patterns choose, into the Hub cache.
struct SnapshotMagic: Magic {
    static let name = "snapshot"
    static let abstract = "Fetches all files of a repository that match patterns into the Hub cache and verifies them."
    static let discussion = """
        Patterns are those of a shell, on whole paths: `*` stands for anything, slashes too. All files come from one commit. What is in the \
        cache already is not fetched again, and the Hugging Face client finds what was fetched. With `--local-dir` the files are also \
        copied into a folder, where they are plain files instead of links; a copy with the same content stays as it is.
        """
    static let example = "%%snapshot --repo me/btc --include v2_model/* --exclude *.pkl"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.hub]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.snapshot]

    @Option(help: "The repository: namespace/name.") var repo: String
    @Option(help: "Its kind.") var type = RepositoryKind.dataset
    @Option(help: "A branch, tag or commit.") var revision = "main"
    @Option(help: "Fetch files that match this pattern; may be repeated.") var include: [String] = []
    @Option(help: "But not those that match this one; may be repeated.") var exclude: [String] = []
    @Option(help: "Also copy the files into this folder.") var localDir: String?
    @Option(help: "How many files are fetched at once.") var connections = HubCache.standardConnections
    @Flag(help: "Read and hash files that are in the cache already, too.") var verify = false

    func validate() throws {
        guard (1...16).contains(connections) else { throw ValidationError("--connections is between 1 and 16, not \(connections)") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let connection = try cell.workspace.require(WorkspaceKeys.hub)
        let display = TransferDisplay(cell, title: "Downloading")
        let snapshot = try connection.cache().snapshot(
            of: try RepositoryID(type.kind, repo), revision: try Revision(revision), matching: FilePatterns(include: include, exclude: exclude),
            hub: connection.hub, isOffline: connection.isOffline, verification: verify ? .full : .size, connections: connections,
            transfer: display.transfer)
        let folder = localDir.map { cell.path($0) }
        if let folder { try snapshot.copy(to: folder, transfer: Transfer(shouldStop: { cell.shouldStop })) }
        display.finish()
        cell.workspace[WorkspaceKeys.snapshot] = snapshot
        let rows = snapshot.files.prefix(Self.shownFiles).map { file in
            [file.path, ByteCount.text(file.size), file.wasCached ? "in the cache" : "downloaded", String(file.etag.digits.prefix(12))]
        }
        cell.out.display(
            TableView(
                title: "\(snapshot.repository) at commit \(snapshot.commit.prefix(12))", headers: ["file", "size", "", "checksum"], rows: Array(rows),
                alignments: [.left, .right, .left, .left]
            ).bundle)
        if snapshot.files.count > rows.count { cell.out.print("and \(snapshot.files.count - rows.count) more") }
        cell.out.print("The files are in \(folder ?? snapshot.folder)")
    }

    private static let shownFiles = 50
}

extension WorkspaceKeys {
    static let snapshot = WorkspaceKey<Snapshot>("snapshot", producedBy: "snapshot") {
        "\($0.files.count) files of \($0.repository.path) at \($0.commit.prefix(8)), \(ByteCount.text($0.files.reduce(0) { $0 + $1.size }))"
    }
}
