import ApusSession
import ApusTraining

/// The tables of `%%evaluate`.
struct EvaluationTables {
    let evaluation: Evaluation

    var all: [TableView] { [directionSummary, directionClasses, bars].compactMap { $0 } }

    private var directionSummary: TableView? {
        guard let direction = evaluation.direction else { return nil }
        let matrix = direction.confusion
        let chance = Number.text(1 / Double(matrix.classes))
        let baselines = constants(direction)
        func row(_ name: String, _ value: String, _ constants: [String]) -> [String] { [name, value] + constants }
        func same(_ text: String) -> [String] { baselines.map { _ in text } }
        return TableView(
            title: "\(TrainingData.directionHead): \(Number.grouped(evaluation.rows)) test rows",
            headers: ["metric", "model"] + baselines.map(\.name),
            rows: [
                row("accuracy", Number.text(matrix.accuracy), baselines.map { Number.text($0.accuracy) }),
                row("precision, macro", Number.text(matrix.macro(matrix.precision)), same("")),
                row("recall, macro", Number.text(matrix.macro(matrix.recall)), same(chance)),
                row("F1, macro", Number.text(matrix.macro(matrix.f1)), same("")),
                row("AUC, one-vs-rest, macro", auc(direction), same(Number.text(0.5))),
                row("log loss", Number.text(direction.logLoss), same("")),
            ], alignments: [.left] + Array(repeating: .right, count: 1 + baselines.count))
    }

    /// What always giving one answer reaches: the most frequent class of the training rows and, where the market has turned since, the best
    /// answer in hindsight, which nobody could know.
    private func constants(_ direction: Evaluation.Direction) -> [(name: String, accuracy: Double)] {
        let support = direction.confusion.support
        let best = support.indices.max { support[$0] < support[$1] } ?? 0
        let majority = direction.baseline
        var constants = [(name: "always \(evaluation.classNames[majority.label])", accuracy: majority.accuracy)]
        if best != majority.label {
            constants.append(
                (
                    name: "always \(evaluation.classNames[best]) (in hindsight)",
                    accuracy: Double(support[best]) / Double(max(1, direction.confusion.total))
                ))
        }
        return constants
    }

    /// The mean over classes; a class that does not occur in the test rows has no curve.
    private func auc(_ direction: Evaluation.Direction) -> String {
        if let macro = direction.auc.macro { return Number.text(macro) }
        let missing = direction.auc.undefinedClasses.map { evaluation.classNames[$0] }.joined(separator: ", ")
        guard let defined = direction.auc.macroOfDefined else { return "undefined: one class only" }
        return "\(Number.text(defined)) (without \(missing), which has no test rows)"
    }

    private var directionClasses: TableView? {
        guard let direction = evaluation.direction else { return nil }
        let matrix = direction.confusion
        return TableView(
            headers: ["class", "precision", "recall", "F1", "AUC", "rows"],
            rows: evaluation.classNames.enumerated().map { index, name in
                [
                    name, Number.text(matrix.precision[index]), Number.text(matrix.recall[index]), Number.text(matrix.f1[index]),
                    direction.auc.perClass[index].map { Number.text($0) } ?? "–", Number.grouped(matrix.support[index]),
                ]
            }, alignments: [.left, .right, .right, .right, .right, .right])
    }

    private var bars: TableView? {
        guard let bars = evaluation.bars else { return nil }
        func column(_ metrics: RegressionMetrics) -> [String] {
            [
                metrics.meanSquaredError, metrics.meanAbsoluteError, metrics.rootMeanSquaredError, metrics.r2 ?? .nan,
            ].map { Number.text($0) }
        }
        let columns = [column(bars.log), column(bars.baseline), column(bars.original)]
        return TableView(
            title: "\(TrainingData.barsHead): bars to the next turning point",
            headers: ["metric", "model, log(1 + n)", "always the mean, log(1 + n)", "model, bars"],
            rows: ["MSE", "MAE", "RMSE", "R²"].enumerated().map { index, name in [name] + columns.map { $0[index] } },
            alignments: [.left, .right, .right, .right])
    }
}
