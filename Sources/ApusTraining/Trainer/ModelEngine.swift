import ApusNN
import ApusTensor

/// The CPU engine: a model and its training step.
final class ModelEngine: StepEngine, FlatModelEngine {
    let model: Model
    private let step: TrainingStep

    init(model: Model, batchSize: Int, threads: Int, seed: UInt64, positiveWeights: [String: Float]) throws {
        self.model = model
        step = try TrainingStep(model: model, batchCapacity: batchSize, threads: threads, seed: seed, positiveWeights: positiveWeights)
    }

    var arithmetic: String { Kernels.best.name }

    func begin(_ training: Examples) throws { try beginOutputBiases(training) }
    func readWeights() -> [Float] { modelWeights }
    func writeWeights(_ weights: [Float]) { modelWeights = weights }

    func run(_ examples: Examples, weights: [[Float]?], rows: ArraySlice<Int>, step number: UInt64, training: Bool) throws -> BatchLosses {
        do {
            let losses = try step.run(
                inputs: examples.inputs, targets: targets(examples), sampleWeights: weights, rows: rows, step: number, training: training)
            return BatchLosses(total: losses.total, heads: losses.heads)
        } catch let error as NonFiniteError {
            throw BatchFault(error.place)
        }
    }

    func output(ofHead head: Int) -> UnsafeBufferPointer<Float> { step.output(ofHead: head) }

    func update(_ optimizer: inout any Optimizer, clipping: GradientClipping?) {
        clipping?.clip(step.gradients)
        model.parameterBuffer.update { optimizer.update($0, gradients: UnsafeBufferPointer(step.gradients), pool: step.pool) }
    }
}
