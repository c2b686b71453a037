import ApusNN
import ApusPlot
import ApusSession
import ArgumentParser

/// `%%evaluate`: metrics on the test rows, confusion matrix and plots.
struct EvaluateMagic: Magic {
    static let name = "evaluate"
    static let abstract = "Shows what the trained model reaches on the test rows: metrics per head, confusion matrix, training plots."
    static let discussion = "The test rows are the most recent ones, and training never saw them. Every metric stands beside its baseline."
    static let example = "%%evaluate"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.data, WorkspaceKeys.training]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.evaluation]

    @Option(help: "Threads to compute with; by default APUS_THREADS, else all processors.") var threads: Int?

    func validate() throws {
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads must be 1 to 256, not \(threads)") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let data = try cell.workspace.require(WorkspaceKeys.data)
        let training = try cell.workspace.require(WorkspaceKeys.training)
        let evaluation: Evaluation
        do {
            evaluation = try Evaluation(
                training.model, on: data, threads: threads ?? ThreadCount.automatic(cell.environment), shouldStop: { cell.shouldStop })
        } catch let error as ModelError where error.code == .interrupted { throw CancellationError() }
        cell.workspace[WorkspaceKeys.evaluation] = evaluation
        for table in EvaluationTables(evaluation: evaluation).all { cell.out.display(table.bundle) }
        showDirection(evaluation, cell)
        showBars(evaluation, cell)
        let curves = TrainingCurves(heads: training.model.heads.map { ($0.name, $0.loss) })
        if !training.history.epochs.isEmpty { cell.out.display(curves.bundle(training.history, bestEpoch: training.result.bestEpoch)) }
    }

    private func showDirection(_ evaluation: Evaluation, _ cell: CellContext) {
        guard let direction = evaluation.direction else { return }
        let plot = HeatMap(confusion: direction.confusion.counts, classes: evaluation.classNames)
        cell.out.display(MIMEBundle(text: plot.text, svg: plot.svg()))
    }

    private func showBars(_ evaluation: Evaluation, _ cell: CellContext) {
        guard let bars = evaluation.bars else { return }
        // More points than this hide each other, and make the notebook large.
        let stride = max(1, bars.truth.count / Self.mostPoints)
        let places = Swift.stride(from: 0, to: bars.truth.count, by: stride)
        let plot = ScatterPlot(
            predicted: places.map { Double(bars.predictions[$0]) }, true: places.map { Double(bars.truth[$0]) },
            title: "Bars to the next turning point", label: "log(1 + bars)")
        cell.out.display(MIMEBundle(text: plot.text, svg: plot.svg()))
        if bars.predictions.allSatisfy({ $0 == bars.predictions.first }) {
            cell.out.warn(
                "the head \"\(TrainingData.barsHead)\" predicts the same value for every row: its last ReLU may be dead; build with another seed")
        }
    }

    private static let mostPoints = 500
}
