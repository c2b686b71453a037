import ApusCUDA
import ApusCUDAEngine
import ApusTensor
import ApusTraining

/// Models that train side by side on made-up examples, each with an optimiser of its own.
struct CUDATraining {
    /// Different ones, used in turn.
    private static let batchCount = 64

    let examples: DeviceExamples
    let step: CUDATrainingStep
    private let batches: [ArraySlice<Int>]
    private var optimizers: [any Optimizer]
    private var done = 0

    init(_ benchmark: BenchmarkModel, batch: Int, models count: Int, on context: CUDAContext) throws {
        let models = try (1...count).map { try benchmark.make(seed: UInt64($0)) }
        step = try CUDATrainingStep(models: models, batchCapacity: batch, seeds: models.map(\.seed), on: context)
        let rows = batch * Self.batchCount
        let data = BenchmarkModel.examples(models[0], count: rows)
        examples = try step.examples(inputs: data.inputs, targets: data.targets, weights: data.weights)
        let random = Philox(seed: 7)
        let order = (0..<rows).sorted { (random.word(at: UInt64($0)), $0) < (random.word(at: UInt64($1)), $1) }
        batches = stride(from: 0, to: rows, by: batch).map { order[$0..<$0 + batch] }
        optimizers = models.map { _ in benchmark.optimizer }
    }

    var burstCapacity: Int { step.burstCapacity }
    var parameterCount: Int { step.models[0].parameterCount }

    /// Does steps and reads the losses of all; the mean loss of the first model.
    mutating func run(steps count: Int) throws -> Double {
        var sum = 0.0
        for first in stride(from: 0, to: count, by: burstCapacity) {
            let length = min(burstCapacity, count - first)
            let losses = try burst(length)
            sum += losses[0]
        }
        return sum / Double(count)
    }

    /// The sums of the losses of each model.
    private mutating func burst(_ length: Int) throws -> [Double] {
        let part = (done..<done + length).map { batches[$0 % batches.count] }
        let bursts = optimizers.indices.map { model in
            CUDABurst(examples, batches: part, step: UInt64(done), updates: part.compactMap { _ in optimizers[model].nextStep() })
        }
        let failed = try step.train(bursts, clipping: .none)
        guard failed.allSatisfy({ $0 == nil }) else { throw NotFinite() }
        done += length
        let heads = step.models[0].heads
        return bursts.indices.map { model in
            part.indices.reduce(0.0) { sum, batch in
                heads.indices.reduce(sum) { $0 + heads[$1].weight * step.loss(ofHead: $1, inBatch: batch, ofModel: model) }
            }
        }
    }
}

/// A gradient that is not finite, which made-up examples do not lead to.
struct NotFinite: Error, CustomStringConvertible {
    var description: String { "A gradient is not finite." }
}
