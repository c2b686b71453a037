package import ApusData
package import ApusSession
import ApusTensor
package import ApusTraining

/// The labelled sequences of one timeframe, split by time, as the model's heads want them.
package struct TrainingData {
    /// The head that learns the type of the next turning point, and the one that learns the bars to it.
    static let directionHead = "direction"
    static let barsHead = "bars"

    package let sequences: LabelledSequences
    package let split: ChronologicalSplit
    let scaler: StandardScaler
    let features: DownloadedFeatures

    var steps: Int { sequences.steps }
    var featureCount: Int { sequences.features }

    /// Shape of one example: T steps, F features.
    var inputShape: [Int] { [steps, featureCount] }

    /// Inputs (N, T, F) that share the file's memory; direction one-hot (N, C); bars as log(1 + bars), (N, 1).
    package func examples(_ rows: Range<Int>) throws -> Examples {
        let memory = sequences.inputs(of: rows)
        return try Examples(
            inputs: Tensor(shape: [rows.count] + inputShape, borrowing: memory.values, owner: memory),
            targets: [
                Self.directionHead: Tensor(shape: [rows.count, sequences.classNames.count], sequences.oneHotClasses(of: rows)),
                Self.barsHead: Tensor(shape: [rows.count, 1], sequences.logBars(of: rows)),
            ])
    }

    package var summary: String {
        "(\(sequences.count), \(steps), \(featureCount)): \(split.training.count) training, \(split.validation.count) validation, \(split.test.count) test"
    }
}

extension WorkspaceKeys {
    package static let data = WorkspaceKey<TrainingData>("data", producedBy: "preprocess") { $0.summary }
}
