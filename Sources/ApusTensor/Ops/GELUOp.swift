import CApusKernels

/// x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016), in its exact form as PyTorch's default.
///
/// An operation of its own, because its gradient needs x, which cannot be had from the output.
package struct GELUOp: Operation {
    package let input: Value
    package let output: Value

    package func forward(_ frame: Frame) { frame.kernels.gelu(frame.data(output), frame.data(input), input.steps * frame.rows * input.stride) }

    package func backward(_ frame: Frame) {
        frame.kernels.gelu_gradient(
            frame.gradient(input), frame.gradient(output), frame.data(input), frame.accumulates(input),
            input.steps * frame.rows * input.stride)
    }
}

extension TapeRecorder {
    /// Records `x Φ(x)` of a value with a gradient, such as a dense layer's output.
    package mutating func gelu(_ input: Value) -> Value {
        let output = value(shape: input.shape)
        append(GELUOp(input: input, output: output), reading: [input])
        return output
    }
}
