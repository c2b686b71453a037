import ApusPlot
import ApusSession
import ApusTraining

/// What a head that learns one of several classes reaches on the test rows.
struct ClassScores {
    let target: DataTarget
    let names: [String]
    let rowCount: Int
    let confusion: ConfusionMatrix
    let auc: ROCAUC
    let logLoss: Double
    let baseline: MajorityBaseline

    init(_ target: DataTarget, _ names: [String], output: [Float], _ rows: JudgedRows) throws {
        let classes = names.count
        let truth = rows.test(target).map { Int($0) }
        self.target = target
        self.names = names
        rowCount = truth.count
        confusion = try ConfusionMatrix(truth: truth, predictions: predictedClasses(scores: output, classes: classes), classes: classes)
        auc = try ROCAUC(truth: truth, scores: output, classes: classes)
        logLoss = try ApusTraining.logLoss(truth: truth, probabilities: output, classes: classes)
        baseline = try MajorityBaseline(
            training: rows.training(target).map { Int($0) }, evaluation: truth, classes: classes)
    }

    var tables: [TableView] { [summaryTable, classTable] }

    private var summaryTable: TableView {
        let chance = Number.text(1 / Double(confusion.classes))
        let baselines = constants
        func row(_ name: String, _ value: String, _ constants: [String]) -> [String] { [name, value] + constants }
        func same(_ text: String) -> [String] { baselines.map { _ in text } }
        return TableView(
            title: "\(target.name): \(Number.grouped(rowCount)) test rows",
            headers: ["metric", "model"] + baselines.map(\.name),
            rows: [
                row("accuracy", Number.text(confusion.accuracy), baselines.map { Number.text($0.accuracy) }),
                row("precision, macro", Number.text(confusion.macro(confusion.precision)), same("")),
                row("recall, macro", Number.text(confusion.macro(confusion.recall)), same(chance)),
                row("F1, macro", Number.text(confusion.macro(confusion.f1)), same("")),
                row("AUC, one-vs-rest, macro", aucText, same(Number.text(0.5))),
                row("log loss", Number.text(logLoss), same("")),
            ], alignments: [.left] + Array(repeating: .right, count: 1 + baselines.count))
    }

    /// What always giving one answer reaches: the most frequent class of the training rows and, where the market has turned since, the best
    /// answer in hindsight, which nobody could know.
    private var constants: [(name: String, accuracy: Double)] {
        let support = confusion.support
        let best = support.indices.max { support[$0] < support[$1] } ?? 0
        var constants = [(name: "always \(names[baseline.label])", accuracy: baseline.accuracy)]
        if best != baseline.label {
            constants.append(
                (name: "always \(names[best]) (in hindsight)", accuracy: Double(support[best]) / Double(max(1, confusion.total))))
        }
        return constants
    }

    /// The mean over classes; a class that does not occur in the test rows has no curve.
    private var aucText: String {
        if let macro = auc.macro { return Number.text(macro) }
        let missing = auc.undefinedClasses.map { names[$0] }.joined(separator: ", ")
        guard let defined = auc.macroOfDefined else { return "undefined: one class only" }
        return "\(Number.text(defined)) (without \(missing), which has no test rows)"
    }

    private var classTable: TableView {
        TableView(
            headers: ["class", "precision", "recall", "F1", "AUC", "rows"],
            rows: names.enumerated().map { index, name in
                [
                    name, Number.text(confusion.precision[index]), Number.text(confusion.recall[index]), Number.text(confusion.f1[index]),
                    auc.perClass[index].map { Number.text($0) } ?? "–", Number.grouped(confusion.support[index]),
                ]
            }, alignments: [.left, .right, .right, .right, .right, .right])
    }

    var plot: MIMEBundle {
        let plot = HeatMap(confusion: confusion.counts, classes: names)
        return MIMEBundle(text: plot.text, svg: plot.svg())
    }
}
