import ApusTensor
import CApusCUDA

// Losses compute the gradient of what they read together with the loss: there is nothing left for backward.
extension Lowering {
    mutating func lower(_ loss: CrossEntropyOp) -> LoweredOperation {
        lower(APUS_CUDA_CROSS_ENTROPY, logits: loss.logits, output: loss.probabilities, loss.inputs, weight: loss.weight)
    }

    mutating func lower(_ loss: BinaryCrossEntropyOp) -> LoweredOperation {
        lower(
            APUS_CUDA_BINARY_CROSS_ENTROPY, logits: loss.logits, output: loss.probabilities, loss.inputs, weight: loss.weight,
            positive: loss.positive)
    }

    mutating func lower(_ loss: SquaredErrorOp) -> LoweredOperation {
        lower(APUS_CUDA_SQUARED_ERROR, logits: nil, output: loss.output, loss.inputs, weight: loss.weight)
    }

    /// - Parameters:
    ///   - logits: what the output was computed from, and whose gradient the loss writes; nil: the output's own.
    private mutating func lower(
        _ kind: apus_cuda_operation_t, logits: Value?, output: Value, _ inputs: LossInputs, weight: Float, positive: Float = 1
    ) -> LoweredOperation {
        var instruction = instruction(kind, features: output.features)
        let places = defineTargets(inputs, columns: output.features)
        instruction.y = Int64(place(output))
        instruction.targets = Int64(places.targets)
        instruction.weights = Int64(places.weights)
        instruction.factor = weight
        instruction.positive = positive
        instruction.result = Int64(lossResult(inputs))
        instruction.trains = isTraining ? 1 : 0
        if let logits { instruction.x = Int64(place(logits)) }
        if isTraining {
            if let logits { instruction.dx = Int64(gradient(logits)) } else { instruction.dy = Int64(gradient(output)) }
        }
        return LoweredOperation(forward: [.rows(steps: 1, [instruction])])
    }
}
