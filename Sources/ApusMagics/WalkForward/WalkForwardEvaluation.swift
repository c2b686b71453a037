import ApusData
import ApusPlot
import ApusSession
import ApusTensor
import ApusTraining

/// What the folds of a walk-forward validation reach, beside what is reached without a model.
struct WalkForwardEvaluation {
    struct Fold {
        let result: FoldResult
        let training: TrainingResult
        let heads: [HeadEvaluation]
    }

    let folds: [Fold]

    init(_ result: WalkForwardResult, _ data: any TrainingData, share: Double) throws {
        folds = try result.folds.compactMap { fold in
            guard let trained = fold.trained else { return nil }
            let cut = try FoldCut(fold.fold, data, share: share)
            let rows = JudgedRows(
                data: data, split: ChronologicalSplit(training: cut.training, validation: cut.validation, test: fold.fold.evaluation))
            let heads = try trained.model.heads.compactMap { head -> HeadEvaluation? in
                guard let target = data.target(head.name), let output = trained.predictions[head.name] else { return nil }
                return try HeadEvaluation(target, output: output.scalars, validationOutput: [], rows)
            }
            return Fold(result: fold, training: trained.training, heads: heads)
        }
    }

    /// One table per head: a row per fold, and mean ± sd.
    var tables: [TableView] {
        guard let first = folds.first else { return [] }
        return first.heads.indices.map { table(head: $0) }
    }

    private func table(head: Int) -> TableView {
        let measures = folds[0].heads[head].foldMeasures
        let target = folds[0].heads[head].target
        let headers = ["fold", "learned from", "judged on", "best epoch"] + measures.map(\.name)
        var rows = folds.map { fold in
            [
                "\(fold.result.fold.index + 1)", Number.grouped(fold.result.fold.training.count), Number.grouped(fold.result.fold.evaluation.count),
                fold.training.bestEpoch.map { "\($0 + 1)" } ?? "–",
            ] + fold.heads[head].foldMeasures.map { $0.value.map(Number.significant) ?? "–" }
        }
        let summary = measures.indices.map { index in
            SampleStatistics(folds.compactMap { $0.heads[head].foldMeasures[index].value }).map { statistics in
                let deviation = statistics.standardDeviation.map { " ± \(Number.significant($0))" } ?? ""
                return Number.significant(statistics.mean) + deviation
            } ?? "–"
        }
        rows.append(["mean ± sd", "", "", ""] + summary)
        return TableView(
            title: "\(target.name): \(folds.count) folds (\(target.title))", headers: headers, rows: rows,
            alignments: [.left] + headers.dropFirst().map { _ in .right })
    }

    /// For each head its first measure by fold, beside the baselines of the same name.
    var plot: MIMEBundle {
        let numbers = folds.map { Double($0.result.fold.index + 1) }
        let panels = (folds.first?.heads.indices ?? 0..<0).map { head -> any Plot in
            let measures = folds[0].heads[head].foldMeasures
            let shown = measures.indices.filter { measures[$0].isPlotted }
            return LinePlot(
                folds[0].heads[head].target.name,
                series: shown.map { index in
                    LinePlot.Series(
                        measures[index].name, x: numbers, y: folds.map { $0.heads[head].foldMeasures[index].value ?? .nan },
                        isDashed: measures[index].isBaseline)
                }, x: Axis("fold"))
        }
        let figure = Figure(panels, title: "Walk-forward validation", columns: 2, panelWidth: 420, panelHeight: 280)
        return MIMEBundle(text: figure.text(), svg: figure.svg())
    }

    var summary: String {
        let measure = folds.first?.heads.first?.foldMeasures.first
        guard let measure else { return "\(folds.count) folds" }
        let statistics = SampleStatistics(folds.compactMap { $0.heads.first?.foldMeasures.first?.value })
        return "\(folds.count) folds, \(measure.name) \(statistics.map { Number.significant($0.mean) } ?? "–")"
    }
}

/// A number by which folds are compared.
struct FoldMeasure {
    let name: String
    let value: Double?
    var isBaseline = false
    /// Whether it stands in the plot: measures of one scale only.
    var isPlotted = false
}

extension HeadEvaluation {
    var foldMeasures: [FoldMeasure] {
        switch scores {
        case .classes(let scores):
            [
                FoldMeasure(name: "accuracy", value: scores.confusion.accuracy, isPlotted: true),
                FoldMeasure(name: "majority", value: scores.baseline.accuracy, isBaseline: true, isPlotted: true),
                FoldMeasure(name: "F1, macro", value: scores.confusion.macro(scores.confusion.f1)),
                FoldMeasure(name: "AUC, macro", value: scores.auc.macroOfDefined), FoldMeasure(name: "log loss", value: scores.logLoss),
            ]
        case .binary(let scores): scores.foldMeasures
        case .number(let scores):
            [
                FoldMeasure(name: "RMSE", value: scores.learned.rootMeanSquaredError, isPlotted: true),
                FoldMeasure(name: "always 0", value: scores.zeroBaseline.rootMeanSquaredError, isBaseline: true, isPlotted: true),
                FoldMeasure(name: "always the mean", value: scores.meanBaseline.rootMeanSquaredError, isBaseline: true, isPlotted: true),
                FoldMeasure(name: "R²", value: scores.learned.r2), FoldMeasure(name: "directional accuracy", value: scores.directionalAccuracy),
            ]
        }
    }
}

extension WorkspaceKeys {
    static let walkForward = WorkspaceKey<WalkForwardEvaluation>("folds", producedBy: "walk-forward") { $0.summary }
}
