import ApusData
import ApusHub
import ApusSession
import ApusTabular
import ArgumentParser

/// `%%features`: turns OHLCV candles into the six feature files of the hub layout.
struct FeaturesMagic: Magic {
    static let name = "features"
    static let abstract =
        "Turns OHLCV candles (CSV, Parquet or Feather) into the six feature files: 13 indicators, ZigZag labels, scaler and statistics."
    static let discussion = """
        Each row of the result covers 30 candles and is labelled with the type of the next ZigZag point (HH, LL, HL, LH) and the bars to it. \
        The scaler is fitted on the rows of the training part only; `--scale-all` fits it on all rows, as the published files were.
        """
    static let example = "%%features --candles BTC_USDT-15m.csv --timeframe 15m --out features"

    @Option(
        help: "The candles: a CSV, Parquet or Feather file with date, open, high, low, close, volume.",
        completion: .file(extensions: ["csv", "parquet", "feather", "arrow"])) var candles: String
    @Option(help: "The timeframe of the candles: 15m, 1h, 4h, 1d.") var timeframe: String
    @Option(help: "The folder for the six files; made when it is missing.", completion: .directory) var out: String
    @Option(help: "The ZigZag threshold in percent.") var threshold = 5.0
    @Option(help: "Publish the files to this dataset repository, too (needs %%auth).") var publish: String?
    @Option(help: "The folder in that repository.") var path = ""
    @Flag(help: "Fit the scaler on all rows instead of the training part: the test part then leaks into training.") var scaleAll = false

    var needs: [any AnyWorkspaceKey] { publish == nil ? [] : [WorkspaceKeys.hub] }

    func validate() throws {
        guard threshold > 0, threshold < 100 else { throw ValidationError("--threshold must be between 0 and 100, not \(threshold)") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let timeframe = try Timeframe(timeframe)
        let progress = cell.progress("Features", total: 100, unit: .percent)
        let series = try CandleSeries(
            file: cell.path(candles), progress: { progress.update(completed: Int($0 * 20)) }, shouldStop: { cell.shouldStop })
        let options = FeatureOptions(threshold: threshold, scalerRows: scaleAll ? .all : .training(fraction: 0.7))
        let pipeline = try FeaturePipeline(
            candles: series, timeframe: timeframe, options: options, progress: { progress.update(completed: 20 + Int($0 * 50)) },
            shouldStop: { cell.shouldStop })
        let files = try pipeline.write(
            to: cell.path(out), inputFile: candles, progress: { progress.update(completed: 70 + Int($0 * 30)) }, shouldStop: { cell.shouldStop })
        progress.finish()
        for finding in pipeline.findings { cell.out.warn("\(finding)") }
        show(pipeline, files, cell)
        if let publish { try self.publish(files, to: publish, cell) }
    }

    private func show(_ pipeline: FeaturePipeline, _ files: FeatureFiles, _ cell: CellContext) {
        let distribution = ClassDistribution(pipeline.sequenceClasses)
        cell.out.display(
            TableView(
                title: "Next turning point of \(Number.grouped(pipeline.sequenceCount)) sequences", headers: ["class", "sequences", "share"],
                rows: zip(distribution.names, zip(distribution.counts, distribution.shares)).map { name, count in
                    [name, String(count.0), Number.percent(count.1)]
                }
            ).bundle)
        var rows = [
            ["candles", String(pipeline.candleCount)], ["ZigZag points", String(pipeline.points.count)],
            ["sequences", "(\(pipeline.sequenceCount), \(pipeline.options.sequenceLength), \(pipeline.featureCount))"],
            ["unlabelled sequences at the end", String(distribution.unlabelled)],
        ]
        if let bars = TargetStatistics(pipeline.sequenceBars.filter { $0 >= 0 }.map(Double.init)) {
            rows.append(["bars to the next point", "mean \(Number.text(bars.mean, digits: 1)), range \(Int(bars.minimum))..\(Int(bars.maximum))"])
        }
        rows.append(["files", "\(files.folder)/\(files.timeframe)_*"])
        cell.out.display(TableView(headers: ["", ""], rows: rows, alignments: [.left, .left]).bundle)
    }

    private func publish(_ files: FeatureFiles, to name: String, _ cell: CellContext) throws {
        let connection = try cell.workspace.require(WorkspaceKeys.hub)
        let repository = try RepositoryID(.dataset, name)
        try connection.requireOnline()
        try connection.hub.createRepository(repository, isPrivate: false, existOK: true, shouldStop: { cell.shouldStop })
        let display = TransferDisplay(cell, title: "Publishing")
        let operations = FeatureFiles.names(timeframe: files.timeframe).map { name in
            CommitRequest.Operation.add(path: repositoryPath(path, name), .file("\(files.folder)/\(name)"))
        }
        let request = CommitRequest(operations, summary: "Add the features of \(candles)")
        let receipt = try connection.hub.commit(request, to: repository, transfer: display.transfer)
        display.finish()
        cell.out.print("Published to \(receipt.url) as commit \(receipt.commit.prefix(12)).")
    }
}
