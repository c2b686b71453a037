import ApusHub
import ApusSession
import ArgumentParser

/// `%%upload`: writes model, scaler and configuration, and publishes them in one commit.
struct UploadMagic: Magic {
    static let name = "upload"
    static let abstract = "Writes the model, scaler.pkl and config.json, and publishes them in one commit."
    static let discussion = """
        Keras opens `model.h5`, PyTorch `best_model.pth` (with `weights_only=True`), scikit-learn `scaler.pkl`, which of downloaded features is \
        the downloaded one, unchanged. `config.json` holds what `%%predict` needs to know. All files become visible at once, in one commit. \
        What the repository holds already is not sent again, and running the cell again, also after a connection broke, makes no second \
        commit of the same files. When somebody else commits at the same time, the commit is made on top of theirs.
        """
    static let example = "%%upload --repo apus/zigzag-lstm-models --path v2_model/BTCUSDT/15m --create"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.hub, WorkspaceKeys.data, WorkspaceKeys.training, WorkspaceKeys.evaluation]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.receipt]

    @Option(help: "The repository: namespace/name.") var repo: String
    @Option(help: "Its kind.") var type = RepositoryKind.model
    @Option(help: "The branch that gets the commit.") var revision = "main"
    @Option(help: "The folder in the repository.") var path = ""
    @Option(
        help: """
            The formats of the model: \(ModelFormat.allCases.map(\.rawValue).joined(separator: ", ")), several with commas, or auto: keras where \
            Keras has the layers, else pytorch and safetensors.
            """)
    var formats = ModelFormatsOption.automatic
    @Option(help: "scaler.pkl as scikit-learn's StandardScaler, or as the dictionary of mean, std and feature_columns that NumPy reads.")
    var scaler = ScalerFormat.scikitLearn
    @Option(help: "The symbol for config.json; by default the folder above the timeframe in the path of the features.") var symbol: String?
    @Option(help: "The first line of the commit's message.") var message: String?
    @Flag(help: "Make the repository when it does not exist.") var create = false
    @Flag(help: "With --create: only you can see it.") var `private` = false
    @Flag(help: "Ask the owner to take the commit, as anybody with a token may, instead of moving the branch.") var pullRequest = false

    func validate() throws {
        if `private`, !create { throw ValidationError("--private needs --create: it is about a repository that is made") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let connection = try cell.workspace.require(WorkspaceKeys.hub)
        let data = try cell.workspace.require(WorkspaceKeys.data)
        let training = try cell.workspace.require(WorkspaceKeys.training)
        let evaluation = try cell.workspace.require(WorkspaceKeys.evaluation)
        let repository = try RepositoryID(type.kind, repo)
        try connection.requireOnline()
        let scratch = try TemporaryFolder(cell.environment)
        let published = PublishedModel(
            training: training, data: data, evaluation: evaluation, symbol: symbol ?? data.origin.symbol,
            formats: formats.formats(for: training.model), scalerFormat: scaler)
        let names = try published.write(to: scratch.path)
        try cell.checkCancellation()
        if create {
            try connection.hub.createRepository(repository, isPrivate: `private`, existOK: true, shouldStop: { cell.shouldStop })
        }
        let request = CommitRequest(
            names.map { .add(path: repositoryPath(path, $0), .file("\(scratch.path)/\($0)")) },
            summary: message ?? "Add \(published.symbol) \(data.origin.timeframe) model, \(evaluation.summary)", branch: try Revision(revision),
            isPullRequest: pullRequest)
        let display = TransferDisplay(cell, title: "Uploading", count: names.count)
        let receipt: CommitReceipt
        do throws(HubError) {
            receipt = try connection.hub.commit(request, to: repository, transfer: display.transfer)
        } catch {
            switch error.code {
            case .repositoryNotFound where !create:
                throw HubError(error.code, error.message, nextStep: "Add --create to make it", suggestions: error.suggestions)
            case .unauthorised where !pullRequest && !connection.user.isAnonymous && connection.hub.usesNetwork:
                throw HubError(
                    error.code, error.message, nextStep: "\(error.nextStep ?? ""). Or add --pull-request to ask the owner to take the files")
            default: throw error
            }
        }
        display.finish()
        cell.workspace[WorkspaceKeys.receipt] = receipt
        show(receipt, repository, cell)
    }

    private func show(_ receipt: CommitReceipt, _ repository: RepositoryID, _ cell: CellContext) {
        cell.out.display(
            TableView(
                title: receipt.isNew ? "\(repository), commit \(receipt.commit.prefix(12))" : "\(repository) holds exactly this already",
                headers: ["file", "size", "", "checksum"],
                rows: receipt.files.map { file in
                    [file.path, ByteCount.text(file.size), file.wasUploaded ? "uploaded" : "was there", String(file.etag.digits.prefix(12))]
                }, alignments: [.left, .right, .left, .left]
            ).bundle)
        if let pullRequest = receipt.pullRequest { return cell.out.print("Pull request to \(receipt.branch): \(pullRequest)") }
        cell.out.print("Commit \(receipt.commit) on \(receipt.branch): \(receipt.url)")
    }
}

extension WorkspaceKeys {
    static let receipt = WorkspaceKey<CommitReceipt>("receipt", producedBy: "upload") { "\($0.files.count) files, commit \($0.commit.prefix(12))" }
}
