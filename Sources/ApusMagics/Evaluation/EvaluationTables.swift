import ApusSession
import ApusTraining

/// The tables of `%%evaluate`.
struct EvaluationTables {
    let evaluation: Evaluation

    var all: [TableView] { [directionSummary, directionClasses, bars].compactMap { $0 } }

    private var directionSummary: TableView? {
        guard let direction = evaluation.direction else { return nil }
        let matrix = direction.confusion
        let majority = evaluation.classNames[direction.baseline.label]
        // What a constant could reach at best: knowable only afterwards, and the honest yardstick when the market has turned.
        let best = matrix.support.indices.max { matrix.support[$0] < matrix.support[$1] } ?? 0
        let hindsight = Double(matrix.support[best]) / Double(max(matrix.total, 1))
        return TableView(
            title: "\(TrainingData.directionHead): \(Number.grouped(evaluation.rows)) test rows",
            headers: [
                "metric", "model", "always \(majority) (most frequent in training)",
                "always \(evaluation.classNames[best]) (best constant, in hindsight)",
            ],
            rows: [
                ["accuracy", Number.text(matrix.accuracy), Number.text(direction.baseline.accuracy), Number.text(hindsight)],
                ["precision, macro", Number.text(matrix.macro(matrix.precision)), ""],
                [
                    "recall, macro", Number.text(matrix.macro(matrix.recall)), Number.text(1 / Double(matrix.classes)),
                    Number.text(1 / Double(matrix.classes)),
                ],
                ["F1, macro", Number.text(matrix.macro(matrix.f1)), ""],
                ["AUC, one-vs-rest, macro", auc(direction), Number.text(0.5), Number.text(0.5)],
                ["log loss", Number.text(direction.logLoss), ""],
            ], alignments: [.left, .right, .right, .right])
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
