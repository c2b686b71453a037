import ApusCUDA
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
        An interrupt keeps the best weights so far, and `--resume` continues to the same bits as a run that was never stopped.
        """
    static let example = "%%train --epochs 100 --batch-size 32 --class-weights 1.0,1.5,2.0,2.4"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.data, WorkspaceKeys.model]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.training]

    @OptionGroup var fit: FitOptions
    @Option(help: "The folder for checkpoints; 'none' writes none.", completion: .directory) var checkpoints = "checkpoints"
    @Flag(help: "Continue the interrupted run whose checkpoint is there.") var resume = false
    @Flag(help: "Begin with the weights of the last %%train in this session.") var warmStart = false

    func validate() throws {
        if resume, checkpoints == "none" { throw ValidationError("--resume needs the folder of the checkpoints: leave out '--checkpoints none'") }
        if resume, warmStart { throw ValidationError("--resume and --warm-start exclude each other: a resumed run has its own weights") }
    }

    static func values(for option: OptionDeclaration, in context: AssistanceContext) -> [Completions.Item] { FitOptions.values(for: option) }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let data = try cell.workspace.require(WorkspaceKeys.data)
        let built = try cell.workspace.require(WorkspaceKeys.model)
        try fit.requireDevice()
        let start = warmStart ? try cell.workspace.require(WorkspaceKeys.training).model : built.model
        try HeadTargets.check(start, targets: data.targets)
        // A copy, so that a failing cell leaves the model as it was.
        let model = start.copy()
        let training = try data.examples(data.split.training)
        let options = try fit.trainingOptions(
            model: model, data: data, training: data.split.training, cell,
            checkpoints: checkpoints == "none" ? nil : CheckpointOptions(folder: cell.path(checkpoints), resume: resume))
        let display = TrainingDisplay(cell, model: model)
        let validation = try data.examples(data.split.validation)
        let result: TrainingResult
        do {
            result = try Trainer(model: model, options: options).fit(
                training, validation: validation, observer: display, shouldStop: { cell.shouldStop })
        } catch let error as CUDAError { throw CellFailure(error) }
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

    func check(_ context: CheckContext) {
        guard case .given = fit.classWeights else { return }
        do throws(CellMistake) {
            _ = try fit.weights(for: ClassDistribution([], names: SwingType.abbreviations), at: context.range(ofOption: "--class-weights"))
        } catch { context.report(error) }
    }
}
