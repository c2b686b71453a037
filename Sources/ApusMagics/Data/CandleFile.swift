import ApusData
import ApusSession
import ApusSystem
import ApusTabular

/// Candles in a file: downloaded, or a person's own.
struct CandleFile {
    let path: String
    /// What repository and commit it came from; nil for a person's own file.
    var source: String?
    /// Its name in the repository: in the cache files are called by their checksum.
    var name: String?
    /// What a person calls it; by default the file's name.
    var origin: DataOrigin?

    /// - Throws: `DataError` with the place of what cannot be read.
    func load(progress: (Double) -> Void, shouldStop: () -> Bool) throws -> CandleSeries {
        try CandleSeries(file: path, progress: progress, shouldStop: shouldStop)
    }

    /// Symbol and timeframe: those that were given, else what a name such as `BTC_USDT-15m.csv` says, else the most frequent step.
    func origin(_ candles: CandleSeries) -> DataOrigin {
        if let origin { return origin }
        let stem = (name ?? FilePath.name(of: path)).split(separator: ".").first.map(String.init) ?? "candles"
        let parts = stem.split(separator: "-").map(String.init)
        if parts.count > 1, let last = parts.last, (try? Timeframe(last)) != nil {
            return DataOrigin(symbol: parts.dropLast().joined(separator: "-"), timeframe: last)
        }
        return DataOrigin(symbol: stem, timeframe: candles.usualStep.map(Timeframe.name(milliseconds:)) ?? "")
    }

    var summary: String { "\(name ?? FilePath.name(of: path))\(source.map { " of \($0)" } ?? "")" }
}

extension WorkspaceKeys {
    static let candles = WorkspaceKey<CandleFile>("candles", producedBy: "download") { $0.summary }
}
