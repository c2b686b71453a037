import ApusData
import ApusHub
import ApusSession
import ArgumentParser

/// `%%download`: fetches the feature files of one timeframe, or a file of candles, into the Hub cache, verified.
struct DownloadMagic: Magic {
    static let name = "download"
    static let abstract = "Fetches the feature files of a repository, or a file of candles, into the Hub cache and verifies them."
    static let discussion = """
        The files are `{timeframe}_X_sequences.npy`, `_y_class.npy`, `_y_reg.npy`, `_scaler.pkl` and, where they exist, \
        `_zigzag_points.json` and `_statistics.json`; with `--candles NAME` it is that one file, in CSV, Parquet or Feather. They all come from the commit that the revision names when the cell starts. The \
        cache is shared with the Hugging Face client, and no content is fetched twice. A download that broke or was interrupted goes on \
        where it stopped, also after a restart; a file is there only once its checksum was right. When the hub is away, or with \
        HF_HUB_OFFLINE=1, the cache answers.
        """
    static let example = "%%download --repo apus/zigzag-lstm-predictor --path v2_model/BTCUSDT/15m --timeframe 15m"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.hub]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.features, WorkspaceKeys.candles]

    @Option(help: "The repository: namespace/name.") var repo: String
    @Option(help: "Its kind.") var type = RepositoryKind.dataset
    @Option(help: "A branch, tag or commit.") var revision = "main"
    @Option(help: "The folder in the repository that holds the files.") var path = ""
    @Option(help: "The timeframe, which the names of the files begin with: 15m, 1h, 4h, 1d.") var timeframe: String
    @Option(help: "Fetch this file of candles in the folder, such as BTCUSDT-15m.parquet, instead of the feature files.") var candles: String?
    @Option(help: "When the hub is a folder and the repository is called simulated/…: first publish so many simulated candles, or their features.")
    var simulate: Int?
    @Option(help: "The seed of the simulated candles.") var simulateSeed = 1
    @Option(help: "The symbol of the simulated candles.") var simulateSymbol = "BTCUSDT"
    @Option(help: "How many files are fetched at once.") var connections = HubCache.standardConnections
    @Flag(help: "Read and hash files that are in the cache already, too.") var verify = false

    func validate() throws {
        guard (1...16).contains(connections) else { throw ValidationError("--connections is between 1 and 16, not \(connections)") }
        if let simulate, simulate < SimulatedRepository.fewestBars {
            throw ValidationError("--simulate needs at least \(SimulatedRepository.fewestBars) candles, not \(simulate)")
        }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let connection = try cell.workspace.require(WorkspaceKeys.hub)
        let repository = try RepositoryID(type.kind, repo)
        let revision = try Revision(revision)
        if let simulate {
            let market = SimulatedRepository(
                repository: repository, folder: path, timeframe: timeframe, symbol: simulateSymbol, bars: simulate, seed: simulateSeed,
                content: candles.map { .candles(name: $0) } ?? .features)
            try market.publishIfMissing(to: connection.hub, cell)
        }
        if let candles {
            try download(candles, from: repository, revision, connection, cell)
        } else {
            try downloadFeatures(from: repository, revision, connection, cell)
        }
    }

    private func download(
        _ candles: String, from repository: RepositoryID, _ revision: Revision, _ connection: HubConnection, _ cell: CellContext
    ) throws {
        let path = repositoryPath(path, candles)
        let display = TransferDisplay(cell, title: "Downloading", count: 1)
        let file = try connection.cache().download(
            path, from: repository, revision: revision, hub: connection.hub, isOffline: connection.isOffline,
            verification: verify ? .full : .size, transfer: display.transfer)
        display.finish()
        cell.workspace[WorkspaceKeys.candles] = CandleFile(
            path: file.location, source: "\(repository.path) at \(file.commit.prefix(8))", name: candles,
            origin: DataOrigin(symbol: symbol(ofFolder: self.path, timeframe: timeframe, in: repository), timeframe: timeframe))
        // What was downloaded last is what %%preprocess works on.
        cell.workspace[WorkspaceKeys.features] = nil
        show([(candles, file)], of: repository, commit: file.commit, cell)
    }

    private func downloadFeatures(
        from repository: RepositoryID, _ revision: Revision, _ connection: HubConnection, _ cell: CellContext
    ) throws {
        let roles = DownloadedFeatures.Role.allCases
        func name(_ role: DownloadedFeatures.Role) -> String { repositoryPath(path, role.fileName(timeframe: timeframe)) }
        let display = TransferDisplay(cell, title: "Downloading", count: roles.count)
        let found = try connection.cache().download(
            roles.map(name), optional: Set(roles.filter(\.isOptional).map(name)), from: repository, revision: revision, hub: connection.hub,
            isOffline: connection.isOffline, verification: verify ? .full : .size, connections: connections, transfer: display.transfer)
        display.finish()
        var files: [DownloadedFeatures.Role: CachedFile] = [:]
        for role in roles {
            files[role] = found[name(role)]
            if files[role] == nil { cell.out.warn("\(name(role)) is not in the repository; training works without it") }
        }
        let commit = files[.sequences]?.commit ?? ""
        let features = DownloadedFeatures(repository: repository, commit: commit, timeframe: timeframe, folder: path, files: files)
        cell.workspace[WorkspaceKeys.features] = features
        cell.workspace[WorkspaceKeys.candles] = nil
        let shown = roles.compactMap { role in files[role].map { (role.fileName(timeframe: timeframe), $0) } }
        show(shown, of: repository, commit: commit, cell)
    }

    private func show(_ files: [(name: String, file: CachedFile)], of repository: RepositoryID, commit: String, _ cell: CellContext) {
        cell.out.display(
            TableView(
                title: "\(repository) at commit \(commit.prefix(12))", headers: ["file", "size", "", "checksum"],
                rows: files.map { name, file in
                    [name, ByteCount.text(file.size), file.wasCached ? "in the cache" : "downloaded", String(file.etag.digits.prefix(12))]
                },
                alignments: [.left, .right, .left, .left]
            ).bundle)
    }
}
