import CApusKernels

/// 1 / (1 + e^-x), an operation of its own so that a loss can take over its logits.
package struct SigmoidOp: Operation {
    package let input: Value
    package let output: Value
    /// Whether a binary cross-entropy has taken over: it computes the probabilities itself and the gradient of the logits directly.
    package fileprivate(set) var isFused = false

    package func forward(_ frame: Frame) {
        if isFused { return }
        frame.kernels.sigmoid(frame.data(output), frame.data(input), input.steps * frame.rows * input.stride)
    }

    package func backward(_ frame: Frame) {
        if isFused { return }
        let count = input.steps * frame.rows * input.stride
        let dy = frame.gradient(output)
        frame.kernels.activation_gradient(dy, frame.data(output), APUS_SIGMOID, count)
        frame.kernels.pass(frame.gradient(input), dy, frame.accumulates(input), count)
    }
}

extension TapeRecorder {
    package mutating func sigmoid(_ input: Value) -> Value {
        let output = value(shape: input.shape)
        sigmoids[output] = operations.count
        append(SigmoidOp(input: input, output: output), reading: [input])
        return output
    }

    /// The logits of a sigmoid's output, which the caller now differentiates itself.
    mutating func takeOverSigmoid(of probabilities: Value) -> Value {
        guard let index = sigmoids[probabilities], var sigmoid = operations[index] as? SigmoidOp else {
            preconditionFailure("binary cross-entropy of a value that is no sigmoid")
        }
        sigmoid.isFused = true
        operations[index] = sigmoid
        return sigmoid.input
    }
}
