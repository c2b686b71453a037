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

    @Option(help: "The most passes over the training data.") var epochs = 100
    @Option(help: "Rows per update of the weights.") var batchSize = 32
    @Option(help: "The learning rate of Adam at the beginning.") var learningRate: Float = 0.001
    @Option(help: "A weight per class, separated by commas, or 'balanced'.") var classWeights = ClassWeightOption.none
    @Option(help: "Stop after so many epochs without a better val_loss; 0 never stops.") var earlyStopping = 15
    @Option(help: "Reduce the learning rate after so many epochs without a better val_loss; 0 never does.") var plateauPatience = 5
    @Option(help: "What the learning rate is multiplied with then.") var plateauFactor = 0.5
    @Option(help: "The seed of the order of rows and of dropout.") var seed = 1
    @Option(help: "Threads to compute with; the result does not depend on them. By default APUS_THREADS, else all processors.") var threads: Int?
    @Option(help: "What to compute on.") var device = Device.auto
    @Option(help: "The folder for checkpoints; 'none' writes none.", completion: .directory) var checkpoints = "checkpoints"
    @Flag(help: "Continue the interrupted run whose checkpoint is there.") var resume = false
    @Flag(help: "Begin with the weights of the last %%train in this session.") var warmStart = false

    enum Device: String, CaseIterable, ExpressibleByArgument {
        case auto, cpu, cuda
    }

    func validate() throws {
        guard epochs >= 1 else { throw ValidationError("--epochs must be 1 or more, not \(epochs)") }
        guard (1...65536).contains(batchSize) else { throw ValidationError("--batch-size must be 1 to 65536, not \(batchSize)") }
        guard learningRate.isFinite, learningRate > 0 else { throw ValidationError("--learning-rate must be above 0, not \(learningRate)") }
        guard earlyStopping >= 0 else { throw ValidationError("--early-stopping must be 0 or more, not \(earlyStopping)") }
        guard plateauPatience >= 0 else { throw ValidationError("--plateau-patience must be 0 or more, not \(plateauPatience)") }
        guard plateauFactor > 0, plateauFactor < 1 else { throw ValidationError("--plateau-factor must be between 0 and 1, not \(plateauFactor)") }
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads must be 1 to 256, not \(threads)") }
        if resume, checkpoints == "none" { throw ValidationError("--resume needs the folder of the checkpoints: leave out '--checkpoints none'") }
        if resume, warmStart { throw ValidationError("--resume and --warm-start exclude each other: a resumed run has its own weights") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let data = try cell.workspace.require(WorkspaceKeys.data)
        let built = try cell.workspace.require(WorkspaceKeys.model)
        if device == .cuda {
            throw CellFailure(
                "NoCUDA", "this build trains on the CPU only (\(CUDAProbe().summary))", hint: "use `--device auto` or leave the option out")
        }
        let start = warmStart ? try cell.workspace.require(WorkspaceKeys.training).model : built.model
        try HeadTargets.check(start, classes: data.sequences.classNames.count)
        // A copy, so that a failing cell leaves the model as it was.
        let model = start.copy()
        let training = try data.examples(data.split.training)
        let options = try options(cell, model: model, data: data)
        let display = TrainingDisplay(cell, model: model)
        let result = try Trainer(model: model, options: options).fit(
            training, validation: try data.examples(data.split.validation), observer: display, shouldStop: { cell.shouldStop })
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
        do throws(CellMistake) {
            _ = try classWeights(for: ClassDistribution([], names: SwingType.abbreviations), at: context.range(ofOption: "--class-weights"))
        } catch { context.report(error) }
    }

    /// - Throws: a mistake at the option when there is not one weight per class.
    private func classWeights(for distribution: ClassDistribution, at place: Range<Int>?) throws(CellMistake) -> [Float]? {
        do throws(CellFailure) {
            return try classWeights.weights(for: distribution)
        } catch {
            throw CellMistake(error.name, error.title, at: place, details: error.details, hint: error.hint)
        }
    }

    private func options(_ cell: CellContext, model: Model, data: TrainingData) throws -> TrainingOptions {
        var callbacks: [any TrainingCallback] = []
        if earlyStopping > 0 { callbacks.append(EarlyStopping(patience: earlyStopping)) }
        if plateauPatience > 0 { callbacks.append(ReduceLROnPlateau(factor: plateauFactor, patience: plateauPatience)) }
        callbacks += cell.workspace[WorkspaceKeys.callbacks] ?? []
        var weights: [String: [Float]] = [:]
        if model.heads.contains(where: { $0.name == TrainingData.directionHead }) {
            let distribution = data.sequences.classDistribution(of: data.split.training)
            weights[TrainingData.directionHead] = try classWeights(for: distribution, at: cell.range(ofOption: "--class-weights"))
        }
        return TrainingOptions(
            epochs: epochs, batchSize: batchSize, optimizer: Adam(learningRate: learningRate), callbacks: callbacks, classWeights: weights,
            seed: UInt64(bitPattern: Int64(seed)), threads: threads ?? ThreadCount.automatic(cell.environment),
            checkpoints: checkpoints == "none" ? nil : CheckpointOptions(folder: cell.path(checkpoints), resume: resume))
    }
}
