import ApusCUDA
import ApusNN
import ApusTensor
import ApusTraining
import CUDATestSupport
import TestSupport
import Testing

/// A small recurrent model with dropout and two heads, and runs of it on the mock GPU and on the CPU.
struct GPURun {
    let training: Examples
    let validation: Examples

    /// 44 rows to learn from: 6 batches of 8, the last of 4. 12 rows to judge by: 2 batches.
    init(seed: UInt64 = 1) throws {
        var numbers = SeededGenerator(seed: seed)
        let x = (0..<56 * 15).map { _ in numbers.signed() }
        let sums = (0..<56).map { row in x[row * 15..<(row + 1) * 15].reduce(0, +) }
        let all = try Examples(
            inputs: Tensor(shape: [56, 5, 3], x),
            targets: [
                "kind": oneHot(sums.map { $0 > 0.5 ? 2 : $0 < -0.5 ? 1 : 0 }, classes: 3),
                "up": Tensor(shape: [56, 1], sums.map { $0 > 0.3 ? 1 : 0 }),
                "size": Tensor(shape: [56, 1], sums.map { 2 + 0.3 * $0 }),
            ])
        training = all[0..<44]
        validation = all[44..<56]
    }

    static let stepsPerEpoch = 6

    static func model(seed: UInt64 = 4) throws -> Model {
        try Model(inputShape: [5, 3], seed: seed) {
            LSTM(6, returnsSequences: true)
            Dropout(0.2)
            GRU(5)
            Head("kind", loss: .crossEntropy) { Dense(3, activation: .softmax) }
            Head("up", loss: .binaryCrossEntropy, weight: 0.7) { Dense(1, activation: .sigmoid) }
            Head("size", loss: .meanSquaredError, weight: 0.5, outputBias: .targetMean) { Dense(1) }
        }
    }

    /// Everything that takes part in a step: a schedule, clipping, weights of classes and of positives.
    static func options(
        epochs: Int = 4, device: TrainingDevice = .cuda, folder: TemporaryFolder? = nil, resume: Bool = false, everySteps: Int? = nil
    ) -> TrainingOptions {
        TrainingOptions(
            epochs: epochs, batchSize: 8, optimizer: AdamW(learningRate: 0.02),
            learningRateSchedule: LearningRateSchedule(.cosine(steps: 24, floor: 0.1), warmup: .init(steps: 3)), gradientClipping: .norm(0.8),
            callbacks: [EarlyStopping(patience: 20)], classWeights: ["kind": [1, 1.5, 0.5]], positiveWeights: ["up": 2.5], seed: 3, threads: 1,
            device: device, checkpoints: folder.map { CheckpointOptions(folder: $0.path, everySteps: everySteps, resume: resume) })
    }

    /// Trains on the mock GPU, or where the options say.
    @discardableResult
    func fit(
        _ model: Model, _ options: TrainingOptions, on fake: FakeCUDA, observer: Recorder? = nil, shouldStop: () -> Bool = { false }
    ) throws -> TrainingResult {
        try Trainer(model: model, options: options.on(fake)).fit(training, validation: validation, observer: observer, shouldStop: shouldStop)
    }

    /// The model after a whole run.
    func trained(_ options: TrainingOptions, on fake: FakeCUDA? = nil) throws -> (model: Model, result: TrainingResult, recorder: Recorder) {
        let (model, recorder) = (try Self.model(), Recorder())
        let result = try fit(model, options, on: fake ?? FakeCUDA(), observer: recorder)
        return (model, result, recorder)
    }
}

extension TrainingOptions {
    /// The same, with a mock driver's device as the GPU.
    func on(_ fake: FakeCUDA) -> TrainingOptions {
        var options = self
        options.gpu = { () throws(CUDAError) in try fake.device() }
        return options
    }
}

extension Model {
    var bits: [[UInt32]] { weights().map { $0.map(\.bitPattern) } }

    /// The largest difference of a parameter.
    func difference(to other: Model) -> Float {
        zip(weights().joined(), other.weights().joined()).map { abs($0 - $1) }.max() ?? 0
    }
}

extension Recorder {
    /// Mean losses of each epoch so far, as they were after each batch.
    var losses: [Double] { batches.map { $0.running.means.first { $0.0 == "loss" }?.1 ?? .nan } }
}
