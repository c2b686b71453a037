import ApusData
import ApusTabular

/// Writes predictions, one row per candle: `date`, the candle, the number and whether it is a signal.
struct PredictionFile {
    enum Format {
        case csv, parquet

        init?(path: String) {
            let name = path.lowercased()
            if name.hasSuffix(".csv") {
                self = .csv
            } else if name.hasSuffix(".parquet") {
                self = .parquet
            } else {
                return nil
            }
        }
    }

    private let predictions: CandlePredictions

    init(_ predictions: CandlePredictions) { self.predictions = predictions }

    /// - Throws: `DataError` when the file cannot be written; it is complete or not there.
    func write(to path: String) throws(DataError) {
        let candles = predictions.candles
        let table = try Table([
            Table.Column("date", .timestamps(candles.openTimes)), Table.Column("open", .numbers(candles.opens)),
            Table.Column("high", .numbers(candles.highs)), Table.Column("low", .numbers(candles.lows)),
            Table.Column("close", .numbers(candles.closes)), Table.Column("volume", .numbers(candles.volumes)),
            Table.Column(predictions.valueName, .numbers(predictions.values.map(Double.init))),
            Table.Column("signal", .booleans(predictions.values.indices.map(predictions.isSignal))),
        ])
        switch Format(path: path) {
        case .parquet: try table.saveParquet(to: path)
        case .csv, nil: try table.saveCSV(to: path)
        }
    }
}
