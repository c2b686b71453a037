import ApusData
import ApusNN
import ApusSession
import ApusTensor
import ApusTraining

/// What a trained model reaches on rows it never saw, beside what is reached without a model.
struct Evaluation {
    /// The head for the type of the next turning point.
    struct Direction {
        let confusion: ConfusionMatrix
        let auc: ROCAUC
        let logLoss: Double
        let baseline: MajorityBaseline
    }

    /// The head for the bars to the next turning point.
    struct Bars {
        /// On the scale of the target, log(1 + bars).
        let log: RegressionMetrics
        let original: RegressionMetrics
        /// Always predicting the mean of the training targets.
        let baseline: RegressionMetrics
        let predictions: [Float]
        let truth: [Float]
    }

    let rows: Int
    let classNames: [String]
    let direction: Direction?
    let bars: Bars?

    init(_ model: Model, on data: TrainingData, threads: Int, shouldStop: () -> Bool) throws {
        let test = try data.examples(data.split.test)
        let outputs = try model.predict(test.inputs, threads: threads, shouldStop: shouldStop)
        rows = test.count
        classNames = data.sequences.classNames
        var direction: Direction?
        var bars: Bars?
        for (head, output) in zip(model.heads, outputs) {
            if head.name == TrainingData.directionHead { direction = try Self.direction(output, data) }
            if head.name == TrainingData.barsHead { bars = try Self.bars(output, data) }
        }
        self.direction = direction
        self.bars = bars
    }

    private static func direction(_ output: Tensor, _ data: TrainingData) throws -> Direction {
        let classes = data.sequences.classNames.count
        let truth = data.sequences.classes[data.split.test].map { Int($0) }
        let scores = output.scalars
        return Direction(
            confusion: try ConfusionMatrix(truth: truth, predictions: predictedClasses(scores: scores, classes: classes), classes: classes),
            auc: try ROCAUC(truth: truth, scores: scores, classes: classes),
            logLoss: try logLoss(truth: truth, probabilities: scores, classes: classes),
            baseline: try MajorityBaseline(
                training: data.sequences.classes[data.split.training].map { Int($0) }, evaluation: truth, classes: classes))
    }

    private static func bars(_ output: Tensor, _ data: TrainingData) throws -> Bars {
        let truth = data.sequences.logBars(of: data.split.test)
        let predictions = output.scalars
        return Bars(
            log: try RegressionMetrics(truth: truth, predictions: predictions),
            original: try .inOriginalUnits(log1pTruth: truth, log1pPredictions: predictions),
            baseline: try .meanBaseline(training: data.sequences.logBars(of: data.split.training), evaluation: truth), predictions: predictions,
            truth: truth)
    }

    var summary: String {
        var parts = ["\(rows) test rows"]
        if let direction { parts.append("accuracy \(Number.text(direction.confusion.accuracy))") }
        if let bars { parts.append("RMSE \(Number.text(bars.log.rootMeanSquaredError))") }
        return parts.joined(separator: ", ")
    }
}

extension WorkspaceKeys {
    static let evaluation = WorkspaceKey<Evaluation>("evaluation", producedBy: "evaluate") { $0.summary }
}
