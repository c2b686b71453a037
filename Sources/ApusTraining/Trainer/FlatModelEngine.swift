import ApusNN
import ApusTensor

/// An engine for a model whose parameters, gradients and moments have the layout of `Model.parameterBuffer`, gaps included.
protocol FlatModelEngine: BatchEngine {
    var model: Model { get }
}

extension FlatModelEngine {
    var heads: [BatchHead] {
        model.heads.map {
            BatchHead(
                name: $0.name, kind: $0.loss == .crossEntropy ? .classes : .numbers, outputs: Tensor.count(of: $0.outputShape),
                isBinary: $0.loss == .binaryCrossEntropy)
        }
    }

    /// Targets in the order of the heads.
    func targets(_ examples: Examples) -> [Tensor] {
        model.heads.map { head in
            guard let target = examples.targets[head.name] else { preconditionFailure("targets are checked before the first batch") }
            return target
        }
    }

    /// Sets the output biases that are declared to begin at the targets' mean, unless the model has been trained before.
    func beginOutputBiases(_ training: Examples) throws {
        let biases = model.heads.filter { $0.outputBias == .targetMean }.compactMap { model.nodes[$0.node].parameters.last }
        guard biases.allSatisfy({ model.parameters[$0].withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } } }) else { return }
        try model.initializeOutputBiases(targets: targets(training))
    }

    // MARK: Without the gaps

    /// Parameters of the model in order.
    var modelWeights: [Float] {
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
