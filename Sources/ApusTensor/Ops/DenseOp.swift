import CApusKernels

/// y = f(x W + b) over the last axis, f one of the elementwise activations.
package struct DenseOp: Operation {
    package let input: Value
    package let output: Value
    package let kernel: ParameterSlot
    package let bias: ParameterSlot
    package let activation: ElementwiseActivation
    let packed: Buffer
    /// Wᵀ packed for the gradient of the input; nil when that is not wanted.
    let packedTransposed: Buffer?

    package func prepare(_ frame: Frame) {
        let (k, n) = (input.features, output.features)
        frame.kernels.gemm_pack(frame[packed], frame.parameter(kernel), n, 1, k, n)
        if let packedTransposed { frame.kernels.gemm_pack(frame[packedTransposed], frame.parameter(kernel), 1, n, n, k) }
    }

    package func forward(_ frame: Frame) {
        let m = input.steps * frame.rows
        frame.kernels.gemm(
            frame.data(output), output.stride, frame.data(input), input.stride, frame[packed], frame.parameter(bias), false, m, output.features,
            input.features)
        frame.kernels.activation(frame.data(output), activation.code, m * output.stride)
    }

    package func backward(_ frame: Frame) {
        let m = input.steps * frame.rows
        let dy = frame.gradient(output)
        frame.kernels.activation_gradient(dy, frame.data(output), activation.code, m * output.stride)
        frame.kernels.gemm_transposed(
            frame.gradient(kernel), output.features, frame.data(input), input.stride, dy, output.stride, input.features, output.features, m)
        frame.kernels.column_sum(frame.gradient(bias), dy, output.stride, m, output.features)
        if let packedTransposed {
            frame.kernels.gemm(
                frame.gradient(input), input.stride, dy, output.stride, frame[packedTransposed], nil, frame.accumulates(input), m, input.features,
                output.features)
        }
    }
}

/// Functions that a dense layer applies to each element, by Keras's names. GELU, sigmoid and softmax are operations of their own.
package enum ElementwiseActivation: String, Sendable {
    case linear, relu, tanh

    var code: apus_activation_t {
        switch self {
        case .linear: APUS_LINEAR
        case .relu: APUS_RELU
        case .tanh: APUS_TANH
        }
    }
}

extension TapeRecorder {
    /// Records `f(x W + b)`; W is (features, units), b is (units).
    package mutating func dense(_ input: Value, kernel: ParameterSlot, bias: ParameterSlot, units: Int, activation: ElementwiseActivation) -> Value {
        let output = value(shape: input.shape.dropLast() + [units])
        append(
            DenseOp(
                input: input, output: output, kernel: kernel, bias: bias, activation: activation,
                packed: buffer(fixed: apus_gemm_packed_size(input.features, units)),
                packedTransposed: hasGradient(input) ? buffer(fixed: apus_gemm_packed_size(units, input.features)) : nil),
            reading: [input])
        return output
    }
}
