import CApusKernels

/// Softmax over the last axis.
package struct SoftmaxOp: Operation {
    package let input: Value
    package let output: Value
    /// Whether a cross-entropy has taken over: it computes the probabilities itself and the gradient of the logits directly.
    package fileprivate(set) var isFused = false

    package func forward(_ frame: Frame) {
        if isFused { return }
        frame.kernels.softmax(frame.data(output), frame.data(input), input.stride, input.steps * frame.rows, input.features)
    }

    package func backward(_ frame: Frame) {
        if isFused { return }
        frame.kernels.softmax_gradient(
            frame.gradient(input), frame.data(output), frame.gradient(output), input.stride, frame.accumulates(input),
            input.steps * frame.rows, input.features)
    }
}

extension TapeRecorder {
    package mutating func softmax(_ input: Value) -> Value {
        let output = value(shape: input.shape)
        softmaxes[output] = operations.count
        append(SoftmaxOp(input: input, output: output), reading: [input])
        return output
    }

    /// The logits of a softmax's output, which the caller now differentiates itself.
    mutating func takeOverSoftmax(of probabilities: Value) -> Value {
        guard let index = softmaxes[probabilities], var softmax = operations[index] as? SoftmaxOp else {
            preconditionFailure("cross-entropy of a value that is no softmax")
        }
        softmax.isFused = true
        operations[index] = softmax
        return softmax.input
    }
}
