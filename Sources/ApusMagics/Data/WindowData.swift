package import ApusData
import ApusIndicators
import ApusSession
import ApusTensor
package import ApusTraining

/// Sliding windows over a table of indicators, labelled by what the candles after each did.
package struct WindowData: TrainingData {
    /// The indicators of the candles after the warm-up, as they are: (R, F).
    let table: FeatureTable
    /// The same, scaled with ``scaler``: row-major, (R, F).
    private(set) var rows: Tensor
    /// The candles of the table's rows.
    let candles: CandleSeries
    /// Of the rows that have a target, from the first.
    let rowLabels: [Float]
    let target: ForwardTarget
    private(set) var windows: WindowSplit
    private(set) var scaler: StandardScaler
    let standardises: Bool
    package let origin: DataOrigin

    static let returnName = "return"
    static let signalName = "signal"

    static let knownTargets = [
        DataTarget(name: returnName, title: "return", kind: .number(.plain)), DataTarget(name: signalName, title: "signal", kind: .binary),
    ]

    package var inputShape: [Int] { [windows.steps, table.names.count] }
    package var featureNames: [String] { table.names }
    package var split: ChronologicalSplit { windows.windows }
    package var targets: [DataTarget] { [Self.dataTarget(target)] }

    static func dataTarget(_ target: ForwardTarget) -> DataTarget {
        let ahead = target.horizon == 1 ? "the next candle" : "the next \(target.horizon) candles"
        let percent = Number.significant(target.threshold * 100)
        switch target.kind {
        case .simpleReturn: return DataTarget(name: returnName, title: "return over \(ahead)", kind: .number(.plain))
        case .logReturn: return DataTarget(name: returnName, title: "log return over \(ahead)", kind: .number(.plain))
        case .signal: return DataTarget(name: signalName, title: "return over \(ahead) above \(percent) %", kind: .binary)
        case .barrier:
            return DataTarget(name: signalName, title: "+\(percent) % before -\(percent) % within \(ahead)", kind: .binary)
        }
    }

    /// The windows `range` overlap in memory and copy nothing.
    package func examples(_ range: Range<Int>) throws -> Examples {
        try Examples(
            inputs: Tensor(windowsOf: rows, steps: windows.steps).rows(range),
            targets: [targets[0].name: Tensor(shape: [range.count, 1], labels(targets[0], of: range))])
    }

    package var development: Range<Int> { 0..<max(0, split.test.lowerBound - leastGap) }
    package var leastGap: Int { windows.steps - 1 + windows.horizon }

    package func split(training: Range<Int>, validation: Range<Int>, evaluation: Range<Int>) throws -> any TrainingData {
        var copy = self
        copy.windows = windows.with(ChronologicalSplit(training: training, validation: validation, test: evaluation))
        copy.scaler = try WindowScaling.fit(table, rows: copy.windows.trainingRows, standardises: standardises)
        copy.rows = try WindowScaling.apply(copy.scaler, to: table)
        return copy
    }

    package func labels(_ target: DataTarget, of range: Range<Int>) -> [Float] { range.map { rowLabels[windows.lastRow(of: $0)] } }

    package func writeScaler(_ format: ScalerFormat, to path: String) throws {
        switch format {
        case .scikitLearn: try scaler.savePickle(to: path)
        case .meanStd: try scaler.saveDictionary(to: path)
        }
    }

    package var summary: String { "windows of (\(inputShape[0]), \(inputShape[1])) over \(table.rowCount) candles: \(partsText)" }
}
