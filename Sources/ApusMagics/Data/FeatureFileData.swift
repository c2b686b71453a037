package import ApusData
import ApusSession
import ApusTensor
package import ApusTraining

/// The labelled sequences of downloaded feature files: the type of the next turning point, and the bars to it.
package struct FeatureFileData: TrainingData {
    static let direction = DataTarget(name: "direction", title: "type of the next turning point", kind: .classes(SwingType.abbreviations))
    static let bars = DataTarget(name: "bars", title: "bars to the next turning point", kind: .number(.log1p(unit: "bars")))

    package let sequences: LabelledSequences
    package var split: ChronologicalSplit
    let scaler: StandardScaler
    let features: DownloadedFeatures

    package var inputShape: [Int] { [sequences.steps, sequences.features] }
    package var featureNames: [String] { scaler.featureNames ?? [] }
    package var targets: [DataTarget] { [Self.direction, Self.bars] }
    package var origin: DataOrigin {
        DataOrigin(
            symbol: symbol(ofFolder: features.folder, timeframe: features.timeframe, in: features.repository), timeframe: features.timeframe)
    }

    /// The inputs share the file's memory; bars as log(1 + bars).
    package func examples(_ rows: Range<Int>) throws -> Examples {
        let memory = sequences.inputs(of: rows)
        return try Examples(
            inputs: Tensor(shape: [rows.count] + inputShape, borrowing: memory.values, owner: memory),
            targets: [
                Self.direction.name: Tensor(shape: [rows.count, Self.direction.outputs], sequences.oneHotClasses(of: rows)),
                Self.bars.name: Tensor(shape: [rows.count, 1], sequences.logBars(of: rows)),
            ])
    }

    package var development: Range<Int> { 0..<split.test.lowerBound }
    /// Neighbouring sequences share all candles but one.
    package var leastGap: Int { sequences.steps - 1 }

    /// The features were scaled when their files were made, and stay as they are.
    package func split(training: Range<Int>, validation: Range<Int>, evaluation: Range<Int>) -> any TrainingData {
        var copy = self
        copy.split = ChronologicalSplit(training: training, validation: validation, test: evaluation)
        return copy
    }

    package func labels(_ target: DataTarget, of rows: Range<Int>) -> [Float] {
        if case .classes = target.kind { return sequences.classes[rows].map { Float($0) } }
        return sequences.logBars(of: rows)
    }

    package func writeScaler(_ format: ScalerFormat, to path: String) throws {
        switch format {
        // The scaler belongs to the features, so its bytes stay as they are.
        case .scikitLearn: try FileCopy.copy(features.location(of: .scaler), to: path)
        case .meanStd: try scaler.saveDictionary(to: path)
        }
    }

    package var summary: String { "(\(sequences.count), \(sequences.steps), \(sequences.features)): \(partsText)" }
}
