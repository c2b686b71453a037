import ApusData
import ApusNN
import ApusSession
import ApusTraining
import ArgumentParser

/// `%%train`: fits the model and leaves the weights of the best epoch.
struct TrainMagic: Magic {
    static let name = "train"
    static let abstract = "Trains the model, with class weights, early stopping, learning-rate plateau and checkpoints."
    static let discussion = """
        Training begins with the model's first weights, however often the cell runs; `--warm-start` goes on with those of the last run. \
        An interrupt keeps the best weights so far, and `--resume` continues to the same bits as a run that was never stopped. \
        `--replicas 8` shows how much of a score is the luck of the seed: on a GPU all train side by side, on the CPU they share its threads.
        """
    static let example = "%%train --epochs 100 --batch-size 32 --class-weights 1.0,1.5,2.0,2.4"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.data, WorkspaceKeys.model]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.training]

    @OptionGroup var fit: FitOptions
    @Option(help: "The folder for checkpoints; 'none' writes none.", completion: .directory) var checkpoints = "checkpoints"
    @Flag(help: "Continue the interrupted run whose checkpoint is there.") var resume = false
    @Flag(help: "Begin with the weights of the last %%train in this session.") var warmStart = false
    @Option(help: "Train so many models that differ in their seeds, side by side, and keep the best.") var replicas = 1

    func validate() throws {
        if resume, checkpoints == "none" { throw ValidationError("--resume needs the folder of the checkpoints: leave out '--checkpoints none'") }
        guard (1...1024).contains(replicas) else { throw ValidationError("--replicas must be 1 to 1024, not \(replicas)") }
        if warmStart, replicas > 1 {
            throw ValidationError("--warm-start and --replicas exclude each other: replicas begin with first weights of their own")
        }
        if resume, warmStart { throw ValidationError("--resume and --warm-start exclude each other: a resumed run has its own weights") }
    }

    static func values(for option: OptionDeclaration, in context: AssistanceContext) -> [Completions.Item] { FitOptions.values(for: option) }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let data = try cell.workspace.require(WorkspaceKeys.data)
        let built = try cell.workspace.require(WorkspaceKeys.model)
        try fit.requireDevice()
        let start = warmStart ? try cell.workspace.require(WorkspaceKeys.training).model : built.model
        try HeadTargets.check(start, targets: data.targets)
        let training = try data.examples(data.split.training)
        let options = try fit.trainingOptions(
            model: start, data: data, training: data.split.training, cell,
            checkpoints: checkpoints == "none" ? nil : CheckpointOptions(folder: cell.path(checkpoints), resume: resume))
        let validation = try data.examples(data.split.validation)
        let (model, result) = try train(start, training, validation, options, cell)
        cell.workspace[WorkspaceKeys.training] = FinishedTraining(model: model, result: result, options: options, recipe: built.recipe)
        cell.workspace.commit()
        if case .interrupted = result.outcome {
            throw CellInterrupted(
                result.description,
                hint: options.checkpoints == nil
                    ? "the session and these weights are kept; %%evaluate works with them"
                    : "the session and these weights are kept; `%%train --resume` with the same options goes on where it stopped")
        }
        cell.out.print(result.description)
    }

    /// The model that is kept, a copy, so that a failing cell leaves the one it began with as it was.
    private func train(
        _ start: Model, _ training: Examples, _ validation: Examples, _ options: TrainingOptions, _ cell: CellContext
    ) throws -> (Model, TrainingResult) {
        guard replicas > 1 else {
            let model = start.copy()
            let result = try Trainer(model: model, options: options).fit(
                training, validation: validation, observer: TrainingDisplay(cell, model: model), shouldStop: { cell.shouldStop })
            return (model, result)
        }
        let best = try ReplicaTraining(start, count: replicas, options: options, cell).run(training, validation)
        return (best.model, best.training)
    }

    func check(_ context: CheckContext) {
        guard case .given = fit.classWeights else { return }
        do throws(CellMistake) {
            _ = try fit.weights(for: ClassDistribution([], names: SwingType.abbreviations), at: context.range(ofOption: "--class-weights"))
        } catch { context.report(error) }
    }
}
