import CApusKernels

/// Layer normalisation (Ba, Kiros, Hinton 2016) over the last axis of a value, or of the sum of two (a residual connection).
package struct LayerNormOp: Operation {
    package let input: Value
    package let residual: Value?
    package let output: Value
    package let gain: ParameterSlot
    package let shift: ParameterSlot
    package let epsilon: Float
    let normalized: Buffer
    let scale: Buffer
    package let inputHasGradient: Bool
    package let residualHasGradient: Bool

    package func forward(_ frame: Frame) {
        var arguments = arguments(frame)
        frame.kernels.layer_norm(
            &arguments, frame.data(output), frame.data(input), residual.map { UnsafePointer(frame.data($0)) }, frame.parameter(gain),
            frame.parameter(shift))
    }

    package func backward(_ frame: Frame) {
        var arguments = arguments(frame)
        frame.kernels.layer_norm_gradient(
            &arguments, inputHasGradient ? frame.gradient(input) : nil, frame.accumulates(input),
            residualHasGradient ? residual.map { frame.gradient($0) } : nil, residual.map { frame.accumulates($0) } ?? false,
            frame.gradient(gain), frame.gradient(shift), frame.gradient(output), frame.parameter(gain))
    }

    private func arguments(_ frame: Frame) -> apus_layer_norm_t {
        apus_layer_norm_t(
            count: input.steps * frame.rows, features: input.features, epsilon: epsilon, normalized: frame[normalized], scale: frame[scale])
    }
}

extension TapeRecorder {
    /// Records the normalisation of `input`, or of `input + residual`, over the last axis: gain and shift are (features).
    package mutating func layerNorm(
        _ input: Value, adding residual: Value? = nil, gain: ParameterSlot, shift: ParameterSlot, epsilon: Float
    ) -> Value {
        precondition(residual.map { $0.shape == input.shape && $0 != input } ?? true, "a residual of another shape, or the value itself")
        let output = value(shape: input.shape)
        append(
            LayerNormOp(
                input: input, residual: residual, output: output, gain: gain, shift: shift, epsilon: epsilon,
                normalized: buffer(perRow: input.steps * input.stride), scale: buffer(perRow: input.steps),
                inputHasGradient: hasGradient(input), residualHasGradient: residual.map { hasGradient($0) } ?? false),
            reading: [input] + (residual.map { [$0] } ?? []))
        return output
    }
}
