import ApusNN
import ApusTensor

/// The CPU engine: a model and its training step.
final class ModelEngine: StepEngine {
    let model: Model
    let heads: [BatchHead]
    private let step: TrainingStep

    init(model: Model, batchSize: Int, threads: Int, seed: UInt64, positiveWeights: [String: Float]) throws {
        self.model = model
        heads = model.heads.map {
            BatchHead(
                name: $0.name, kind: $0.loss == .crossEntropy ? .classes : .numbers, outputs: Tensor.count(of: $0.outputShape),
                isBinary: $0.loss == .binaryCrossEntropy)
        }
        step = try TrainingStep(model: model, batchCapacity: batchSize, threads: threads, seed: seed, positiveWeights: positiveWeights)
    }

    var arithmetic: String { Kernels.best.name }

    /// Sets the output biases that are declared to begin at the targets' mean, unless the model has been trained before.
    func begin(_ training: Examples) throws {
        let biases = model.heads.filter { $0.outputBias == .targetMean }.compactMap { model.nodes[$0.node].parameters.last }
        guard biases.allSatisfy({ model.parameters[$0].withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } } }) else { return }
        try model.initializeOutputBiases(targets: targets(training))
    }

    private func targets(_ examples: Examples) -> [Tensor] {
        heads.map { head in
            guard let target = examples.targets[head.name] else { preconditionFailure("targets are checked before the first batch") }
            return target
        }
    }

    func run(_ examples: Examples, weights: [[Float]?], rows: ArraySlice<Int>, step number: UInt64, training: Bool) throws -> BatchLosses {
        do {
            let losses = try step.run(
                inputs: examples.inputs, targets: targets(examples), sampleWeights: weights, rows: rows, step: number, training: training)
            return BatchLosses(total: losses.total, heads: losses.heads)
        } catch let error as NonFiniteError {
            switch error.place {
            case .loss(let head): throw BatchFault("the loss of head '\(head)' is not finite")
            case .gradient(let parameter): throw BatchFault("the gradient of \(parameter) is not finite")
            }
        }
    }

    func output(ofHead head: Int) -> UnsafeBufferPointer<Float> { step.output(ofHead: head) }

    func update(_ optimizer: inout any Optimizer, clipping: GradientClipping?) {
        clipping?.clip(step.gradients)
        model.parameterBuffer.update { optimizer.update($0, gradients: UnsafeBufferPointer(step.gradients), pool: step.pool) }
    }

    // MARK: Weights without the gaps of the flat buffer

    var weights: [Float] {
        get { packed(model.parameterBuffer.values) }
        set {
            model.parameterBuffer.update { flat in
                var start = 0
                for slot in model.parameterBuffer.slots {
                    for index in 0..<slot.count { flat[slot.offset + index] = newValue[start + index] }
                    start += slot.count
                }
            }
        }
    }

    var optimizedCount: Int { model.parameterBuffer.count }

    func packed(_ state: OptimizerState) -> OptimizerState {
        var state = state
        state.slots = state.slots.mapValues { $0.withUnsafeBufferPointer(packed) }
        return state
    }

    /// Arrays of another size than the model's are left as they are, for the optimiser to refuse.
    func unpacked(_ state: OptimizerState) -> OptimizerState {
        var state = state
        state.slots = state.slots.mapValues { values in
            guard values.count == model.parameterCount else { return values }
            var flat = [Float](repeating: 0, count: optimizedCount)
            var start = 0
            for slot in model.parameterBuffer.slots {
                flat.replaceSubrange(slot.offset..<slot.offset + slot.count, with: values[start..<start + slot.count])
                start += slot.count
            }
            return flat
        }
        return state
    }

    private func packed(_ flat: UnsafeBufferPointer<Float>) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(model.parameterCount)
        for slot in model.parameterBuffer.slots { values.append(contentsOf: flat[slot.offset..<slot.offset + slot.count]) }
        return values
    }
}
