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
        for head in evaluation.heads { for table in head.tables { cell.out.display(table.bundle) } }
        for head in evaluation.heads { show(head, cell) }
        let curves = TrainingCurves(heads: training.model.heads.map { ($0.name, $0.loss) })
        if !training.history.epochs.isEmpty { cell.out.display(curves.bundle(training.history, bestEpoch: training.result.bestEpoch)) }
    }

    private func show(_ head: HeadEvaluation, _ cell: CellContext) {
        switch head.scores {
        case .classes(let scores): cell.out.display(scores.plot)
        case .binary(let scores): cell.out.display(scores.plot)
        case .number(let scores):
            cell.out.display(scores.plot)
            if scores.predictions.count > 1, scores.predictions.allSatisfy({ $0 == scores.predictions.first }) {
                cell.out.warn(
                    "the head \"\(head.target.name)\" predicts the same value for every row: its last ReLU may be dead; build with another seed")
            }
        }
    }
}
