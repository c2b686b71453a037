import ApusPlot
import ApusSession
import ApusTraining

/// What a head that learns a number reaches on the test rows.
struct NumberScores {
    let target: DataTarget
    let scale: DataTarget.Scale
    /// On the scale that is learned, such as log(1 + bars).
    let learned: RegressionMetrics
    /// In original units; nil where the scale is the original one.
    let original: RegressionMetrics?
    /// Always predicting the mean of the training targets.
    let meanBaseline: RegressionMetrics
    /// Always predicting 0: a price that stays where it is.
    let zeroBaseline: RegressionMetrics
    /// Share of rows whose sign is right, and what always predicting the sign of the mean of the training targets reaches.
    let directionalAccuracy: Double
    let meanDirectionalAccuracy: Double
    let correlation: (pearson: Double?, spearman: Double?)
    let predictions: [Float]
    let truth: [Float]

    init(_ target: DataTarget, _ scale: DataTarget.Scale, output: [Float], _ rows: JudgedRows) throws {
        self.target = target
        self.scale = scale
        predictions = output
        truth = rows.test(target)
        learned = try RegressionMetrics(truth: truth, predictions: predictions)
        original = if case .log1p = scale { try .inOriginalUnits(log1pTruth: truth, log1pPredictions: predictions) } else { nil }
        let training = rows.training(target)
        meanBaseline = try .meanBaseline(training: training, evaluation: truth)
        zeroBaseline = try .zeroBaseline(evaluation: truth)
        directionalAccuracy = try ApusTraining.directionalAccuracy(truth: truth, predictions: predictions)
        let mean = training.reduce(0.0) { $0 + Double($1) } / Double(max(1, training.count))
        meanDirectionalAccuracy = try ApusTraining.directionalAccuracy(
            truth: truth, predictions: [Float](repeating: Float(mean), count: truth.count))
        correlation = (
            try pearsonCorrelation(truth: truth, predictions: predictions), try spearmanCorrelation(truth: truth, predictions: predictions)
        )
    }

    var table: TableView {
        switch scale {
        case .log1p(let unit): countTable(unit)
        case .plain: plainTable
        }
    }

    private func countTable(_ unit: String) -> TableView {
        func column(_ metrics: RegressionMetrics?) -> [String] {
            guard let metrics else { return [] }
            return [metrics.meanSquaredError, metrics.meanAbsoluteError, metrics.rootMeanSquaredError, metrics.r2 ?? .nan].map { Number.text($0) }
        }
        let columns = [column(learned), column(meanBaseline), column(original)]
        return TableView(
            title: "\(target.name): \(target.title)",
            headers: ["metric", "model, log(1 + n)", "always the mean, log(1 + n)", "model, \(unit)"],
            rows: ["MSE", "MAE", "RMSE", "R²"].enumerated().map { index, name in [name] + columns.map { $0[index] } },
            alignments: [.left, .right, .right, .right])
    }

    private var plainTable: TableView {
        func errors(_ metrics: RegressionMetrics) -> [String] {
            [
                Number.significant(metrics.rootMeanSquaredError), Number.significant(metrics.meanAbsoluteError),
                metrics.r2.map { Number.text($0) } ?? "–",
            ]
        }
        func text(_ value: Double?) -> String { value.map { Number.text($0) } ?? "–" }
        let columns = [
            errors(learned) + [Number.text(directionalAccuracy), text(correlation.pearson), text(correlation.spearman)],
            errors(zeroBaseline) + ["–", "–", "–"],
            errors(meanBaseline) + [Number.text(meanDirectionalAccuracy), "–", "–"],
        ]
        let names = ["RMSE", "MAE", "R²", "directional accuracy", "correlation, Pearson", "correlation, Spearman"]
        return TableView(
            title: "\(target.name): \(Number.grouped(truth.count)) test rows (\(target.title))",
            headers: ["metric", "model", "always 0", "always the training mean"],
            rows: names.enumerated().map { index, name in [name] + columns.map { $0[index] } }, alignments: [.left, .right, .right, .right])
    }

    /// Predicted against true values.
    var plot: MIMEBundle {
        // More points than this hide each other, and make the notebook large.
        let places = Swift.stride(from: 0, to: truth.count, by: max(1, truth.count / Self.mostPoints))
        let title = target.title.prefix(1).uppercased() + target.title.dropFirst()
        let label = if case .log1p(let unit) = scale { "log(1 + \(unit))" } else { target.name }
        let plot = ScatterPlot(
            predicted: places.map { Double(predictions[$0]) }, true: places.map { Double(truth[$0]) }, title: title, label: label)
        return MIMEBundle(text: plot.text, svg: plot.svg())
    }

    private static let mostPoints = 500
}
