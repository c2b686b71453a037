import ApusData
import ApusIndicators
import ApusSession
import ApusTensor

/// Turns candles into scaled windows with targets, for `%%preprocess --columns`.
struct WindowPreprocessing {
    let options: WindowOptions
    let columns: FeatureColumns
    let target: ForwardTarget
    /// Share of the candles that are kept, the most recent ones.
    let sample: Double
    let trainingFraction: Double
    let validationFraction: Double

    /// What a person should know about the candles, errors excepted.
    private(set) var notes: [String] = []

    init(_ options: WindowOptions, columns: String, sample: Double, training: Double, validation: Double) throws {
        self.options = options
        self.columns = try WindowOptions.featureColumns(columns)
        target = try options.forwardTarget()
        self.sample = sample
        trainingFraction = training
        validationFraction = validation
    }

    mutating func data(_ candles: CandleSeries, origin: DataOrigin, _ cell: CellContext, progress: (Double) -> Void) throws -> WindowData {
        var candles = candles
        notes += try candles.usableFindings(timeframe: try? Timeframe(origin.timeframe)).map(\.description)
        if sample < 1 {
            let kept = max(1, Int(Double(candles.count) * sample))
            notes.append("Left out \(candles.count - kept) older candles (--sample \(sample)).")
            candles = candles.suffix(kept)
        }
        let table = try columns.compute(candles, progress: { progress($0 * 0.8) }, shouldStop: { cell.shouldStop })
        if table.library != BuiltInIndicators().name { notes.append("The indicators were computed by \(table.library).") }
        if table.warmUp > 0 { notes.append("Dropped \(table.warmUp) candles at the start: some column has no value there yet.") }
        candles = candles.suffix(table.rowCount)
        let labels = target.values(candles)
        let windows = try WindowSplit(
            rowCount: table.rowCount, labelledCount: labels.count, steps: options.window ?? WindowOptions.standardWindow, horizon: target.horizon,
            training: trainingFraction, validation: validationFraction)
        notes.append("\(target.horizon) candles at the end have no target yet.")
        if windows.left > 0 { notes.append("Left out \(windows.left) windows that would have crossed a cut between the parts.") }
        let standardises = options.scaling != WindowOptions.Scaling.none
        let scaler = try WindowScaling.fit(table, rows: windows.trainingRows, standardises: standardises)
        let rows = try WindowScaling.apply(scaler, to: table)
        progress(1)
        return WindowData(
            table: table, rows: rows, candles: candles, rowLabels: labels, target: target, windows: windows, scaler: scaler,
            standardises: standardises, origin: origin)
    }
}

/// Scaling of the columns of a table by a part of its rows.
enum WindowScaling {
    /// - Throws: `DataError` when a column is constant in those rows: it would say nothing, and its first other value would be as large as it likes.
    static func fit(_ table: FeatureTable, rows: Range<Int>, standardises: Bool) throws(DataError) -> StandardScaler {
        let width = table.names.count
        var scaler = try StandardScaler.fit(rowCount: rows.count, featureNames: table.names) { row, column in
            Double(table.values[(rows.lowerBound + row) * width + column])
        }
        let constant = table.names.indices.filter { column in
            rows.allSatisfy { table.values[$0 * width + column] == table.values[rows.lowerBound * width + column] }
        }
        if let first = constant.first {
            let names = constant.prefix(8).map { table.names[$0] }
            let value = table.values[rows.lowerBound * width + first]
            let what = constant.count == 1 ? "column '\(names[0])' is" : "\(constant.count) columns are"
            let listed = names.joined(separator: ", ") + (constant.count > 8 ? ", …" : "")
            let left = names.map { "-\($0)" }.joined(separator: ",")
            throw DataError(
                .invalidValues,
                "\(what) constant in all \(rows.count) training rows: \(listed) (\(names[0]) is \(value)). Leave out what says nothing: --columns …,\(left)"
            )
        }
        if !standardises {
            scaler.withMean = false
            scaler.withStandardDeviation = false
        }
        return scaler
    }

    /// The scaled table, (R, F).
    static func apply(_ scaler: StandardScaler, to table: FeatureTable) throws -> Tensor {
        let width = table.names.count
        // Scaled in Float64, as scikit-learn does it, a few rows at a time.
        let blockRows = 4096
        return try Tensor(shape: [table.rowCount, width]) { target in
            for start in stride(from: 0, to: table.rowCount, by: blockRows) {
                let end = min(table.rowCount, start + blockRows)
                var block = table.values[start * width..<end * width].map(Double.init)
                try scaler.transform(&block)
                for (offset, value) in block.enumerated() {
                    let scaled = Float(value)
                    guard scaled.isFinite else {
                        throw DataError(
                            .invalidValues,
                            "column '\(table.names[offset % width])' leaves the range of Float32 in row \(start + offset / width); "
                                + "look at the prices and volumes there")
                    }
                    target.initializeElement(at: start * width + offset, to: scaled)
                }
            }
        }
    }
}
