import ApusJSON
import ApusPlot
import ApusSession
import ApusTraining

/// What a head that learns yes or no reaches on the test rows.
struct BinaryScores {
    let target: DataTarget
    let predictions: BinaryPredictions
    /// The threshold of the highest F1 on the validation rows; nil where none of them is a yes, or they were not predicted.
    let threshold: DecisionThreshold?
    let baselines: BinaryBaselines

    init(_ target: DataTarget, output: [Float], validationOutput: [Float], _ rows: JudgedRows) throws {
        func truth(_ labels: [Float]) -> [Bool] { labels.map { $0 == 1 } }
        self.target = target
        predictions = try BinaryPredictions(truth: truth(rows.test(target)), probabilities: output)
        threshold =
            validationOutput.isEmpty
            ? nil : try .maximizingF1(on: BinaryPredictions(truth: truth(rows.validation(target)), probabilities: validationOutput))
        baselines = try BinaryBaselines(training: truth(rows.training(target)), evaluation: predictions.truth)
    }

    private var atHalf: BinaryConfusionMatrix { predictions.confusion() }
    private var atChosen: BinaryConfusionMatrix? { threshold.map { predictions.confusion(threshold: $0.value) } }

    var summary: String {
        let matrix = atChosen ?? atHalf
        return "F1 \(Self.text(matrix.f1)), AUC \(Self.text(predictions.rocAUC))"
    }

    var tables: [TableView] { [decisionTable, rankingTable, countTable] }

    private static func text(_ value: Double?) -> String { value.map { Number.text($0) } ?? "–" }

    /// The matrices that are compared: the model at two thresholds, and what needs no model.
    private var decisions: [(name: String, matrix: BinaryConfusionMatrix)] {
        var decisions = [("model at 0.5", atHalf)]
        if let threshold, let atChosen { decisions.append(("model at \(Number.significant(Double(threshold.value)))", atChosen)) }
        decisions.append(("majority, always \(baselines.majorityLabel ? "yes" : "no")", baselines.majority))
        if !baselines.majorityLabel { decisions.append(("always yes", baselines.alwaysPositive)) }
        return decisions
    }

    private var decisionTable: TableView {
        let metrics: [(String, (BinaryConfusionMatrix) -> Double?)] = [
            ("accuracy", \.accuracy), ("precision", \.precision), ("recall", \.recall), ("specificity", \.specificity), ("F1", \.f1),
        ]
        let decisions = decisions
        let chosen = threshold.map { "; \(Number.significant(Double($0.value))) is the best threshold on the validation rows" } ?? ""
        return TableView(
            title: "\(target.name): \(Number.grouped(predictions.count)) test rows (\(target.title))\(chosen)",
            headers: ["metric"] + decisions.map(\.name),
            rows: metrics.map { name, metric in [name] + decisions.map { Self.text(metric($0.matrix)) } },
            alignments: [.left] + decisions.map { _ in .right })
    }

    /// What does not depend on a threshold.
    private var rankingTable: TableView {
        TableView(
            headers: ["metric", "model", "always the base rate"],
            rows: [
                ["AUC", Self.text(predictions.rocAUC), Number.text(0.5)],
                ["average precision", Self.text(predictions.averagePrecision), Number.text(baselines.averagePrecision)],
                ["log loss", Number.text(predictions.logLoss), Number.text(baselines.baseRateLogLoss)],
                ["Brier score", Number.text(predictions.brierScore), Number.text(baselines.baseRateBrierScore)],
            ], alignments: [.left, .right, .right])
    }

    private var countTable: TableView {
        let models = decisions.prefix(threshold == nil ? 1 : 2)
        return TableView(
            headers: ["rows"] + models.map(\.name),
            rows: [
                ["yes, predicted yes"] + models.map { Number.grouped($0.matrix.truePositives) },
                ["no, predicted yes"] + models.map { Number.grouped($0.matrix.falsePositives) },
                ["no, predicted no"] + models.map { Number.grouped($0.matrix.trueNegatives) },
                ["yes, predicted no"] + models.map { Number.grouped($0.matrix.falseNegatives) },
            ], alignments: [.left] + models.map { _ in .right })
    }

    var foldMeasures: [FoldMeasure] {
        [
            FoldMeasure(name: "AUC", value: predictions.rocAUC, isPlotted: true),
            FoldMeasure(name: "average precision", value: predictions.averagePrecision, isPlotted: true),
            FoldMeasure(name: "base rate", value: baselines.averagePrecision, isBaseline: true, isPlotted: true),
            FoldMeasure(name: "accuracy", value: atHalf.accuracy),
            FoldMeasure(name: "majority", value: baselines.majority.accuracy, isBaseline: true),
            FoldMeasure(name: "precision", value: atHalf.precision), FoldMeasure(name: "recall", value: atHalf.recall),
            FoldMeasure(name: "F1", value: atHalf.f1),
        ]
    }

    /// For `config.json`.
    var json: JSON {
        func number(_ value: Double?) -> JSON { value.map(JSON.double) ?? .null }
        let matrix = atChosen ?? atHalf
        return [
            "threshold": .double(Double((threshold?.value ?? 0.5).description) ?? 0.5), "accuracy": number(matrix.accuracy),
            "precision": number(matrix.precision), "recall": number(matrix.recall), "f1": number(matrix.f1), "auc_roc": number(predictions.rocAUC),
            "average_precision": number(predictions.averagePrecision), "base_rate": .double(predictions.baseRate),
        ]
    }

    /// Confusion matrix, precision-recall and ROC curve.
    var plot: MIMEBundle {
        let matrix = atChosen ?? atHalf
        var panels: [any Plot] = [
            HeatMap(
                confusion: [[matrix.trueNegatives, matrix.falsePositives], [matrix.falseNegatives, matrix.truePositives]], classes: ["no", "yes"],
                title: "Confusion at \(Number.significant(Double(threshold?.value ?? 0.5)))")
        ]
        if let curve = predictions.precisionRecallCurve {
            let points = Self.thinned(curve)
            panels.append(
                LinePlot(
                    "Precision by recall",
                    series: [
                        LinePlot.Series("model", x: points.map(\.recall), y: points.map(\.precision)),
                        LinePlot.Series("base rate", x: [0, 1], y: [predictions.baseRate, predictions.baseRate], isDashed: true),
                    ], x: Axis("recall"), y: Axis("precision")))
        }
        if let curve = predictions.rocCurve {
            let points = Self.thinned(curve)
            panels.append(
                LinePlot(
                    "ROC",
                    series: [
                        LinePlot.Series("model", x: points.map(\.falsePositiveRate), y: points.map(\.truePositiveRate)),
                        LinePlot.Series("chance", x: [0, 1], y: [0, 1], isDashed: true),
                    ], x: Axis("false-positive rate"), y: Axis("true-positive rate")))
        }
        let figure = Figure(panels, title: target.name, columns: 2, panelWidth: 340, panelHeight: 280)
        return MIMEBundle(text: figure.text(), svg: figure.svg())
    }

    /// More points than a plot has pixels make the notebook large.
    private static func thinned<Point>(_ points: [Point]) -> [Point] {
        let most = 300
        guard points.count > most else { return points }
        return (0..<most).map { points[$0 * (points.count - 1) / (most - 1)] }
    }
}
