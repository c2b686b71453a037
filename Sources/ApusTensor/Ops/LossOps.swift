import CApusKernels

/// Where the targets of a loss lie, exact (rows, C), and the weight of each row.
package struct LossInputs: Sendable {
    package let targets: Buffer
    package let weights: Buffer
    /// Number of the loss in `TapeArena.losses`.
    package let index: Int
}

/// Softmax and cross-entropy in one, weighted: loss = weight / N Σ_rows w_row Σ_c -target_c log p_c, N rows of the whole batch.
///
/// Computed from logits. Keras without fused logits clips p to 1e-7; here a saturated softmax keeps its true loss and gradient.
package struct CrossEntropyOp: Operation {
    package let logits: Value
    package let probabilities: Value
    package let inputs: LossInputs
    package let weight: Float

    package func forward(_ frame: Frame) {
        frame.losses[inputs.index] = frame.kernels.cross_entropy(
            frame.data(probabilities), frame.data(logits), logits.stride, frame[inputs.targets], frame[inputs.weights],
            frame.rows, logits.features)
    }

    package func backward(_ frame: Frame) {
        frame.kernels.cross_entropy_gradient(
            frame.gradient(logits), frame.data(probabilities), logits.stride, frame[inputs.targets],
            frame[inputs.weights], weight / Float(frame.batchRows), frame.rows, logits.features)
    }
}

/// Sigmoid and binary cross-entropy in one, weighted: loss = weight / N Σ_rows w_row 1/C Σ_c -(positive t_c log p_c + (1 - t_c) log (1 - p_c)).
///
/// Computed from logits, as PyTorch's `BCEWithLogitsLoss` with `pos_weight`: a saturated sigmoid keeps its true loss and gradient.
package struct BinaryCrossEntropyOp: Operation {
    package let logits: Value
    package let probabilities: Value
    package let inputs: LossInputs
    package let positive: Float
    package let weight: Float

    package func forward(_ frame: Frame) {
        frame.losses[inputs.index] = frame.kernels.binary_cross_entropy(
            frame.data(probabilities), frame.data(logits), logits.stride, frame[inputs.targets], frame[inputs.weights], positive, frame.rows,
            logits.features)
    }

    package func backward(_ frame: Frame) {
        frame.kernels.binary_cross_entropy_gradient(
            frame.gradient(logits), frame.data(probabilities), logits.stride, frame[inputs.targets], frame[inputs.weights], positive,
            weight / Float(frame.batchRows), frame.rows, logits.features)
    }
}

/// Mean squared error, weighted: loss = weight / N Σ_rows w_row 1/C Σ_c (y_c - target_c)².
package struct SquaredErrorOp: Operation {
    package let output: Value
    package let inputs: LossInputs
    package let weight: Float

    package func forward(_ frame: Frame) {
        frame.losses[inputs.index] = frame.kernels.squared_error(
            frame.data(output), output.stride, frame[inputs.targets], frame[inputs.weights], frame.rows, output.features)
    }

    package func backward(_ frame: Frame) {
        frame.kernels.squared_error_gradient(
            frame.gradient(output), frame.data(output), output.stride, frame[inputs.targets], frame[inputs.weights],
            weight / Float(frame.batchRows), frame.rows, output.features)
    }
}

extension TapeRecorder {
    private mutating func lossInputs(_ output: Value) -> LossInputs {
        precondition(!output.isSequence, "a loss over sequences")
        return LossInputs(targets: buffer(perRow: output.features), weights: buffer(perRow: 1), index: addLoss())
    }

    /// Records the cross-entropy of the output of `softmax`, times `weight`.
    package mutating func crossEntropy(_ probabilities: Value, weight: Float) -> LossInputs {
        let logits = takeOverSoftmax(of: probabilities)
        let inputs = lossInputs(probabilities)
        append(CrossEntropyOp(logits: logits, probabilities: probabilities, inputs: inputs, weight: weight), reading: [logits])
        return inputs
    }

    /// Records the binary cross-entropy of the output of `sigmoid`, times `weight`; positive targets count `positive` times.
    package mutating func binaryCrossEntropy(_ probabilities: Value, positive: Float, weight: Float) -> LossInputs {
        let logits = takeOverSigmoid(of: probabilities)
        let inputs = lossInputs(probabilities)
        append(
            BinaryCrossEntropyOp(logits: logits, probabilities: probabilities, inputs: inputs, positive: positive, weight: weight),
            reading: [logits])
        return inputs
    }

    package mutating func squaredError(_ output: Value, weight: Float) -> LossInputs {
        let inputs = lossInputs(output)
        append(SquaredErrorOp(output: output, inputs: inputs, weight: weight), reading: [output])
        return inputs
    }
}
