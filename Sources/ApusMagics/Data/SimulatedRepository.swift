import ApusData
import ApusHub
import ApusJSON
import ApusSession

/// Fills a hub in a folder with simulated candles, or features of them, so that the whole story runs without an account.
struct SimulatedRepository {
    let repository: RepositoryID
    /// Folder in the repository.
    let folder: String
    let timeframe: String
    let symbol: String
    let bars: Int
    let seed: Int
    let content: Content

    enum Content {
        /// The six feature files.
        case features
        /// The candles themselves, as CSV under this name.
        case candles(name: String)
    }

    /// Fewer candles have too few turning points to learn from.
    static let fewestBars = 500

    /// Only repositories of this namespace are filled, so that a misspelt name never trains on prices that were made up.
    static let namespace = "simulated"

    private var recordPath: String {
        switch content {
        case .features: repositoryPath(folder, "\(timeframe)_simulation.json")
        case .candles(let name): repositoryPath(folder, "\(name)_simulation.json")
        }
    }

    /// The file whose presence says that somebody has filled the folder already.
    private var mainPath: String {
        switch content {
        case .features: repositoryPath(folder, DownloadedFeatures.Role.sequences.fileName(timeframe: timeframe))
        case .candles(let name): repositoryPath(folder, name)
        }
    }

    /// What the candles were made from, so that other settings make them anew and real data are never replaced.
    private var record: JSON { ["symbol": .string(symbol), "timeframe": .string(timeframe), "bars": .int(bars), "seed": .int(seed)] }

    func publishIfMissing(to hub: any Hub, _ cell: CellContext) throws {
        guard !hub.usesNetwork else {
            cell.out.print("\(hub.endpoint) is a server: nothing is simulated.")
            return
        }
        guard repository.namespace == Self.namespace else {
            cell.out.print("Only repositories called \(Self.namespace)/… are filled with simulated candles: \(repository.path) is used as it is.")
            return
        }
        switch try state(in: hub) {
        case .missing: try publish(to: hub, cell)
        case .simulated(let found) where found != record: try publish(to: hub, cell)
        case .simulated: break
        case .real: cell.out.print("\(repository) has files of its own in '\(folder)': nothing is simulated.")
        }
    }

    private enum State {
        case missing
        case simulated(JSON)
        case real
    }

    private func state(in hub: any Hub) throws -> State {
        let files: [HubFile]
        do throws(HubError) {
            files = try hub.listFiles(repository, revision: .main, prefix: folder.split(separator: "/").joined(separator: "/"))
        } catch {
            guard [.repositoryNotFound, .entryNotFound, .revisionNotFound].contains(error.code) else { throw error }
            return .missing
        }
        if files.contains(where: { $0.path == recordPath }) {
            let file = try hub.resolve(recordPath, in: repository, revision: .main)
            var bytes: [UInt8] = []
            try hub.read(file, from: 0, shouldStop: { false }) { bytes.append(contentsOf: $0) }
            return .simulated((try? JSON(parsing: bytes)) ?? .null)
        }
        return files.contains { $0.path == mainPath } ? .real : .missing
    }

    private func publish(to hub: any Hub, _ cell: CellContext) throws {
        let progress = cell.progress("Simulating \(bars) candles of \(symbol) \(timeframe)", total: 100, unit: .percent)
        let scratch = try TemporaryFolder(cell.environment)
        let timeframe = try Timeframe(timeframe)
        let simulator = MarketSimulator(seed: UInt64(bitPattern: Int64(seed)), symbol: symbol, timeframe: timeframe)
        let candles = try simulator.candles(bars, progress: { progress.update(completed: Int($0 * 40)) }, shouldStop: { cell.shouldStop })
        let names: [String]
        switch content {
        case .features:
            names = FeatureFiles.names(timeframe: timeframe.description)
            try writeFeatures(of: candles, timeframe, to: scratch.path, progress, cell)
        case .candles(let name):
            names = [name]
            try candles.saveCSV(to: "\(scratch.path)/\(name)")
            progress.finish()
        }

        try hub.createRepository(repository, existOK: true)
        var operations = names.map { CommitRequest.Operation.add(path: repositoryPath(folder, $0), .file("\(scratch.path)/\($0)")) }
        operations.append(.add(path: recordPath, .bytes(Array(record.text(.indented(2)).utf8))))
        let display = TransferDisplay(cell, title: "Publishing")
        let request = CommitRequest(operations, summary: "Simulate \(bars) candles of \(symbol) \(timeframe)")
        let receipt = try hub.commit(request, to: repository, transfer: display.transfer)
        display.finish()
        let what = if case .features = content { "the features of \(bars)" } else { "\(bars)" }
        cell.out.print("Published \(what) simulated candles to \(receipt.url).")
    }

    private func writeFeatures(
        of candles: CandleSeries, _ timeframe: Timeframe, to folder: String, _ progress: ProgressDisplay, _ cell: CellContext
    ) throws {
        // A fixed time: the same settings give the same bytes, and so the same commit.
        let options = FeatureOptions(timestamp: CalendarTime(milliseconds: candles.openTimes.last ?? 0).description)
        let pipeline = try FeaturePipeline(
            candles: candles, timeframe: timeframe, options: options, progress: { progress.update(completed: 40 + Int($0 * 30)) },
            shouldStop: { cell.shouldStop })
        try pipeline.write(
            to: folder, inputFile: "simulated", progress: { progress.update(completed: 70 + Int($0 * 30)) }, shouldStop: { cell.shouldStop })
        progress.finish("\(pipeline.points.count) turning points")
    }
}
