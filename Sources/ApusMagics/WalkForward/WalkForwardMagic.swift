import ApusNN
import ApusSession
import ApusTraining
import ArgumentParser

/// `%%walk-forward`: trains and judges the model on several stretches of time.
struct WalkForwardMagic: Magic {
    static let name = "walk-forward"
    static let abstract = "Trains the model on several stretches of time, and judges each on the rows that come next."
    static let discussion = """
        Says how much of a result is luck of one stretch of time. All folds lie before the test rows of `%%preprocess`, which stay unseen. \
        Each fold begins with new weights, fits the scaler to its own training rows, and chooses its best epoch by the last of them \
        (`--validation`); between two parts lie as many rows as windows and targets reach (`--gap` adds some). Folds train at the same time, \
        and which do changes nothing in the result. The model and the training of the session stay as they are.
        """
    static let example = "%%walk-forward --folds 5 --mode rolling --training-rows 5000 --epochs 20"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.data, WorkspaceKeys.model]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.walkForward]

    @Option(help: "How many stretches of time.") var folds = 5
    @Option(help: "expanding: learn from everything before; rolling: from the last --training-rows.") var mode = Mode.expanding
    @Option(help: "With --mode rolling: rows to learn from (default: as many as the first fold has).") var trainingRows: Int?
    @Option(help: "Rows left out between the parts beyond what windows and targets reach.") var gap = 0
    @Option(help: "The share of the training rows, the last ones, that early stopping watches.") var validation = 0.15
    @Option(help: "How many folds train at a time; by default as many as there are threads.") var parallel: Int?
    @OptionGroup var fit: FitOptions

    enum Mode: String, CaseIterable, ExpressibleByArgument {
        case expanding, rolling
    }

    func validate() throws {
        guard (2...100).contains(folds) else { throw ValidationError("--folds must be 2 to 100, not \(folds)") }
        guard gap >= 0 else { throw ValidationError("--gap must be 0 or more, not \(gap)") }
        guard validation > 0, validation < 0.9 else { throw ValidationError("--validation must be above 0 and below 0.9, not \(validation)") }
        if let parallel, parallel < 1 { throw ValidationError("--parallel must be 1 or more, not \(parallel)") }
        if let trainingRows {
            guard mode == .rolling else { throw ValidationError("--training-rows belongs to --mode rolling") }
            guard trainingRows >= 1 else { throw ValidationError("--training-rows must be 1 or more, not \(trainingRows)") }
        }
    }

    static func values(for option: OptionDeclaration, in context: AssistanceContext) -> [Completions.Item] { FitOptions.values(for: option) }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let data = try cell.workspace.require(WorkspaceKeys.data)
        let built = try cell.workspace.require(WorkspaceKeys.model).model
        try fit.requireDevice()
        try HeadTargets.check(built, targets: data.targets)
        let folds = try makeFolds(data)
        let options = try fit.trainingOptions(model: built, data: data, training: folds[0].training, cell)
        let run = try WalkForward(folds: folds, options: options, parallelFolds: parallel)
        let display = WalkForwardDisplay(cell.progress("Folds", total: folds.count * fit.epochs, unit: "epochs"), cell.out, epochs: fit.epochs)
        let (description, inputShape, seed) = (built.declaration, built.inputShape, built.seed)
        let (interruption, share) = (cell.interruption, validation)
        let result = run.run(
            examples: { fold in
                let cut = try FoldCut(fold, data, share: share)
                let part = try data.split(training: cut.training, validation: cut.validation, evaluation: fold.evaluation)
                return FoldExamples(
                    training: try part.examples(cut.training), validation: try part.examples(cut.validation),
                    evaluation: try part.examples(fold.evaluation))
            },
            model: { _ in try Model(description, inputShape: inputShape, seed: seed) }, observer: display,
            shouldStop: { interruption.isRequested })
        display.end()
        try cell.checkCancellation()
        let evaluation = try WalkForwardEvaluation(result, data, share: validation)
        for problem in result.problems { cell.out.warn(problem) }
        guard !evaluation.folds.isEmpty else {
            throw CellFailure("NoFolds", "no fold was trained to its end", details: result.problems, hint: "see the first of them")
        }
        for table in evaluation.tables { cell.out.display(table.bundle) }
        cell.out.display(evaluation.plot)
        cell.workspace[WorkspaceKeys.walkForward] = evaluation
    }

    private func makeFolds(_ data: any TrainingData) throws -> WalkForwardFolds {
        let rows = data.development.count
        let gap = data.leastGap + gap
        let expanding = try WalkForwardFolds(rows: rows, folds: folds, gap: gap)
        guard mode == .rolling else { return expanding }
        return try WalkForwardFolds(rows: rows, folds: folds, gap: gap, trainingRows: trainingRows ?? expanding[0].training.count)
    }
}

/// The training part of a fold, cut into what is learned from and what chooses the epoch.
struct FoldCut {
    let training: Range<Int>
    let validation: Range<Int>

    /// - Throws: `TrainingError` with the numbers when there are too few rows for both.
    init(_ fold: WalkForwardFolds.Fold, _ data: any TrainingData, share: Double) throws(TrainingError) {
        let rows = fold.training
        let count = max(1, Int(Double(rows.count) * share))
        let end = rows.upperBound - count - data.leastGap
        guard end > rows.lowerBound else {
            throw TrainingError(
                .data,
                "\(rows.count) training rows do not suffice for \(count) to choose the epoch by, \(data.leastGap) between them and one to learn from. "
                    + "Ask for fewer folds or use more candles.")
        }
        training = rows.lowerBound..<end
        validation = rows.upperBound - count..<rows.upperBound
    }
}

/// One progress bar over the epochs of all folds.
final class WalkForwardDisplay: WalkForwardObserver {
    private let bar: ProgressDisplay
    private let output: CellOutput
    private let epochs: Int

    init(_ bar: ProgressDisplay, _ output: CellOutput, epochs: Int) {
        self.bar = bar
        self.output = output
        self.epochs = epochs
    }

    func began(gpu: String?, fallbackReason: String?) { output.showDevice(gpu: gpu, fallbackReason: fallbackReason) }

    func epochEnded(_ record: EpochRecord, notes: [String], in fold: WalkForwardFolds.Fold) {
        let figures = Number.figures(record.logs.prefix(3))
        bar.advance(message: "fold \(fold.index + 1), epoch \(record.epoch + 1)/\(epochs) · \(figures)")
    }

    func foldEnded(_ result: FoldResult) {
        // A fold that stopped early has epochs that are not needed.
        guard let trained = result.trained else { return }
        bar.advance(by: epochs - trained.training.history.epochs.count)
    }

    func end() { bar.finish() }
}
