import ApusData
import ApusHub
import ApusNN
import ApusSession
import ApusSystem
import ArgumentParser

/// `%%predict`: applies a trained or saved model to candles.
struct PredictMagic: Magic {
    static let name = "predict"
    static let abstract = "Predicts at every candle with the model of this session, of a folder or of a repository."
    static let discussion = """
        The model must be one of `%%preprocess --columns`. Without `--model` or `--repo` it is that of `%%train`; the threshold of a yes is the \
        one that `%%evaluate` chose on the validation rows. Candles need no future: the last row of the table is the latest candle.
        """
    static let example = "%%predict --candles BTC_USDT-4h.csv --repo apus/models --path BTCUSDT/4h --out predictions.parquet"
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.predictions]

    @Option(
        help: "The candles, CSV, Parquet or Feather; by default those of %%download.",
        completion: .file(extensions: ["csv", "parquet", "feather", "arrow"]))
    var candles: String?
    @Option(help: "A folder with a published model: model, scaler.pkl and config.json.", completion: .directory) var model: String?
    @Option(help: "A model repository, namespace/name, instead.") var repo: String?
    @Option(help: "The folder in the repository.") var path = ""
    @Option(help: "A branch, tag or commit of the repository.") var revision = "main"
    @Option(help: "Write all predictions to this file, .csv or .parquet.", completion: .file(extensions: ["csv", "parquet"])) var out: String?
    @Option(help: "How many of the latest predictions the table shows.") var last = 12
    @Option(help: "Threads to compute with; by default APUS_THREADS, else all processors.") var threads: Int?

    var needs: [any AnyWorkspaceKey] {
        let ofModel: [any AnyWorkspaceKey] =
            repo != nil ? [WorkspaceKeys.hub] : model != nil ? [] : [WorkspaceKeys.data, WorkspaceKeys.training]
        return ofModel + (candles == nil ? [WorkspaceKeys.candles] : [])
    }

    func validate() throws {
        if model != nil, repo != nil { throw ValidationError("--model and --repo exclude each other: both name the model") }
        guard (1...10_000).contains(last) else { throw ValidationError("--last must be 1 to 10000, not \(last)") }
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads must be 1 to 256, not \(threads)") }
        if let out, PredictionFile.Format(path: out) == nil { throw ValidationError("--out must end in .csv or .parquet, not '\(out)'") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let saved = try savedModel(cell)
        let source = try candles.map { CandleFile(path: cell.path($0)) } ?? cell.workspace.require(WorkspaceKeys.candles)
        let progress = cell.progress("Predicting", total: 100, unit: .percent)
        let series = try source.load(progress: { progress.update(completed: Int($0 * 30)) }, shouldStop: { cell.shouldStop })
        let findings = try series.usableFindings()
        let predictions: CandlePredictions
        do {
            predictions = try CandlePredictions(
                saved, series, threads: threads ?? ThreadCount.automatic(cell.environment),
                progress: { progress.update(completed: 30 + Int($0 * 70)) }, shouldStop: { cell.shouldStop })
        } catch let error as ModelError where error.code == .interrupted { throw CancellationError() }
        progress.finish()
        for finding in findings { cell.out.warn("\(finding)") }
        cell.out.display(predictions.table(last: last, name: saved.name).bundle)
        cell.out.display(predictions.plot(last: Self.plottedCandles))
        cell.out.print(predictions.latest)
        if let out {
            try PredictionFile(predictions).write(to: cell.path(out))
            cell.out.print("Wrote \(Number.grouped(predictions.values.count)) predictions to \(out).")
        }
        cell.workspace[WorkspaceKeys.predictions] = predictions
    }

    private static let plottedCandles = 500

    private func savedModel(_ cell: CellContext) throws -> SavedModel {
        if let model { return try SavedModel(folder: cell.path(model)) }
        if let repo { return try downloaded(repo, cell) }
        let training = try cell.workspace.require(WorkspaceKeys.training)
        guard let data = try cell.workspace.require(WorkspaceKeys.data) as? WindowData else {
            throw CellFailure(
                "NoWindows", "the model of this session learned from feature files, and %%predict starts from candles",
                hint: "train on `%%preprocess --columns ...`, or name a model with --model or --repo")
        }
        return try SavedModel(training, data, cell.workspace[WorkspaceKeys.evaluation])
    }

    /// Fetches what `%%upload` published: configuration, scaler and the first kind of model that is there.
    private func downloaded(_ repo: String, _ cell: CellContext) throws -> SavedModel {
        let connection = try cell.workspace.require(WorkspaceKeys.hub)
        let repository = try RepositoryID(.model, repo)
        let names = [SavedModel.configurationFile, SavedModel.scalerFile] + SavedModel.modelFiles
        let display = TransferDisplay(cell, title: "Downloading", count: names.count)
        let files = try connection.cache().download(
            names.map { repositoryPath(path, $0) }, optional: Set(SavedModel.modelFiles.map { repositoryPath(path, $0) }), from: repository,
            revision: Revision(revision), hub: connection.hub, isOffline: connection.isOffline, transfer: display.transfer)
        display.finish()
        guard let configuration = files[repositoryPath(path, SavedModel.configurationFile)] else {
            throw CellFailure("NoModel", "\(repository) has no \(SavedModel.configurationFile) in '\(path)'", hint: "look at --path")
        }
        return try SavedModel(folder: FilePath.folder(of: configuration.location))
    }
}

extension WorkspaceKeys {
    static let predictions = WorkspaceKey<CandlePredictions>("predictions", producedBy: "predict") { $0.latest }
}
