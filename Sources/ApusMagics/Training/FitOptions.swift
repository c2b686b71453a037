import ApusCUDA
import ApusSession
import ApusTraining
import ArgumentParser

/// How a model is fitted: what `%%train` and `%%walk-forward` have in common.
struct FitOptions: ParsableArguments {
    @Option(help: "The most passes over the training data.") var epochs = 100
    @Option(help: "Rows per update of the weights.") var batchSize = 32
    @Option(help: "adam, or adamw: Adam with decoupled weight decay.") var optimizer = OptimizerChoice.adam
    @Option(help: "The learning rate at the beginning.") var learningRate: Float = 0.001
    @Option(help: "With --optimizer adamw: the share of each weight that is taken off per step, times the learning rate (default: 0.01).")
    var weightDecay: Float?
    @Option(help: "Scale gradients down whose norm over all weights is above this.") var clipNorm: Float?
    @OptionGroup var schedule: ScheduleOptions
    @Option(help: "A weight per class, separated by commas, or 'balanced'.") var classWeights = ClassWeightOption.none
    @Option(help: "How often a yes counts for a head that learns yes or no: a number, or 'balanced' for no : yes of the training rows.")
    var positiveWeight = PositiveWeightOption.none
    @Option(help: "Stop after so many epochs in which --monitor is not better; 0 never stops.") var earlyStopping = 15
    @Option(help: "What early stopping watches: val_loss, val_accuracy, val_f1, val_auc, val_mae …") var monitor = "val_loss"
    @Option(help: "Keep the weights of the epoch that is best by this; by default by --monitor.") var keepBest: String?
    @Option(help: "Reduce the learning rate after so many epochs without a better val_loss; 0 never does.") var plateauPatience = 5
    @Option(help: "What the learning rate is multiplied with then.") var plateauFactor = 0.5
    @Option(help: "The seed of the order of rows and of dropout.") var seed = 1
    @Option(help: "Threads to compute with; the result does not depend on them. By default APUS_THREADS, else all processors.") var threads: Int?
    @Option(help: "auto: an NVIDIA GPU where there is one, else the CPU; cuda insists on the GPU.") var device = Device.auto

    enum Device: String, CaseIterable, ExpressibleByArgument {
        case auto, cpu, cuda

        var trainingDevice: TrainingDevice {
            switch self {
            case .auto: .automatic
            case .cpu: .cpu
            case .cuda: .cuda
            }
        }
    }

    enum OptimizerChoice: String, CaseIterable, ExpressibleByArgument {
        case adam, adamw
    }

    func validate() throws {
        guard epochs >= 1 else { throw ValidationError("--epochs must be 1 or more, not \(epochs)") }
        guard (1...65536).contains(batchSize) else { throw ValidationError("--batch-size must be 1 to 65536, not \(batchSize)") }
        guard learningRate.isFinite, learningRate > 0 else { throw ValidationError("--learning-rate must be above 0, not \(learningRate)") }
        if let weightDecay {
            guard optimizer == .adamw else { throw ValidationError("--weight-decay belongs to --optimizer adamw") }
            guard weightDecay.isFinite, weightDecay >= 0 else { throw ValidationError("--weight-decay must be 0 or more, not \(weightDecay)") }
        }
        if let clipNorm, !(clipNorm.isFinite && clipNorm > 0) { throw ValidationError("--clip-norm must be above 0, not \(clipNorm)") }
        guard earlyStopping >= 0 else { throw ValidationError("--early-stopping must be 0 or more, not \(earlyStopping)") }
        guard plateauPatience >= 0 else { throw ValidationError("--plateau-patience must be 0 or more, not \(plateauPatience)") }
        guard plateauFactor > 0, plateauFactor < 1 else { throw ValidationError("--plateau-factor must be between 0 and 1, not \(plateauFactor)") }
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads must be 1 to 256, not \(threads)") }
    }

    /// What heads log, for completion.
    static func values(for option: OptionDeclaration) -> [Completions.Item] {
        guard option.names.contains("--monitor") || option.names.contains("--keep-best") else { return [] }
        let names = ["loss", "accuracy", "precision", "recall", "f1", "auc", "mae"]
        return names.map { Completions.Item("val_\($0)", kind: "value", summary: "of a head alone; of several, val_HEAD_\($0)") }
    }

    /// - Throws: a failure that says why there is no GPU where one is insisted on.
    func requireDevice() throws(CellFailure) {
        guard device == .cuda else { return }
        do throws(CUDAError) { _ = try CUDADevice.best() } catch { throw CellFailure(error) }
    }

    func threadCount(_ environment: SessionEnvironment) -> Int { threads ?? ThreadCount.automatic(environment) }
}

/// How much a yes counts: `none`, `balanced` or a number.
enum PositiveWeightOption: ExpressibleByArgument, Equatable {
    case none
    /// Rows that are no / rows that are yes, as the `pos_weight` of PyTorch is usually set.
    case balanced
    case given(Float)

    init?(argument: String) {
        switch argument {
        case "none": self = .none
        case "balanced": self = .balanced
        default:
            guard let weight = Float(argument), weight.isFinite, weight > 0 else { return nil }
            self = .given(weight)
        }
    }

    var defaultValueDescription: String { "none" }
}
