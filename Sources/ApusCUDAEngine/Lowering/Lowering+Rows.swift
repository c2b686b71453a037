import ApusTensor
import CApusCUDA

// Operations that a block runs for one matrix row.
extension Lowering {
    /// An instruction without places.
    func instruction(_ kind: apus_cuda_operation_t, features: Int) -> apus_cuda_instruction_t {
        var instruction = apus_cuda_instruction_t()
        instruction.kind = Int32(bitPattern: kind.rawValue)
        instruction.features = Int32(features)
        (instruction.x, instruction.y, instruction.dx, instruction.dy) = (-1, -1, -1, -1)
        (instruction.w, instruction.b, instruction.r, instruction.dr) = (-1, -1, -1, -1)
        (instruction.normalized, instruction.scale, instruction.targets, instruction.weights, instruction.key) = (-1, -1, -1, -1, -1)
        return instruction
    }

    /// An instruction that reads one value and writes another of the same shape.
    private func map(_ kind: apus_cuda_operation_t, _ input: Value, _ output: Value) -> apus_cuda_instruction_t {
        var instruction = instruction(kind, features: input.features)
        instruction.x = Int64(place(input))
        instruction.y = Int64(place(output))
        return instruction
    }

    /// Its counterpart, from the gradient of the output to that of the input.
    private func mapGradient(_ kind: apus_cuda_operation_t, _ input: Value, _ output: Value) -> apus_cuda_instruction_t {
        var instruction = map(kind, input, output)
        instruction.dx = Int64(gradient(input))
        instruction.dy = Int64(gradient(output))
        instruction.accumulates = accumulates(input) ? 1 : 0
        return instruction
    }

    /// Forward and, where the input has a gradient, backward of a map.
    private mutating func lower(
        _ input: Value, _ output: Value, _ kind: apus_cuda_operation_t, _ gradientKind: apus_cuda_operation_t,
        settings: (inout apus_cuda_instruction_t) -> Void = { _ in }
    ) -> LoweredOperation {
        define(output)
        var forward = map(kind, input, output)
        settings(&forward)
        var lowered = LoweredOperation(forward: [.rows(steps: input.steps, [forward])])
        if hasGradient(input) {
            var backward = mapGradient(gradientKind, input, output)
            settings(&backward)
            lowered.backward = [.rows(steps: input.steps, [backward])]
        }
        return lowered
    }

    mutating func lower(_ dropout: DropoutOp) -> LoweredOperation {
        let (key, rate) = (Int64(constants.dropoutKeys[dropout.layer] ?? 0), dropout.rate)
        return lower(dropout.input, dropout.output, APUS_CUDA_DROPOUT, APUS_CUDA_DROPOUT_GRADIENT) { instruction in
            instruction.key = key
            instruction.threshold = dropoutThreshold(rate)
            instruction.factor = 1 / (1 - rate)
        }
    }

    mutating func lower(_ gelu: GELUOp) -> LoweredOperation { lower(gelu.input, gelu.output, APUS_CUDA_GELU, APUS_CUDA_GELU_GRADIENT) }

    /// Nothing where a loss has taken over: it computes the probabilities and the gradient of the logits.
    mutating func lower(_ sigmoid: SigmoidOp) -> LoweredOperation {
        guard sigmoid.isFused else { return lower(sigmoid.input, sigmoid.output, APUS_CUDA_LOGISTIC, APUS_CUDA_LOGISTIC_GRADIENT) }
        define(sigmoid.output)
        return LoweredOperation()
    }

    mutating func lower(_ softmax: SoftmaxOp) -> LoweredOperation {
        guard softmax.isFused else { return lower(softmax.input, softmax.output, APUS_CUDA_SOFTMAX, APUS_CUDA_SOFTMAX_GRADIENT) }
        define(softmax.output)
        return LoweredOperation()
    }

    mutating func lower(_ add: AddTableOp) -> LoweredOperation {
        let table = Int64(constants.tables[nextTable].place)
        nextTable += 1
        return lower(add.input, add.output, APUS_CUDA_ADD_TABLE, APUS_CUDA_PASS) { $0.w = table }
    }

    mutating func lower(_ norm: LayerNormOp) -> LoweredOperation {
        define(norm.output)
        let rows = matrixRows(norm.input)
        let normalized = slab.reserve(rows * norm.input.stride)
        let scale = slab.reserve(rows)
        var forward = map(APUS_CUDA_LAYER_NORM, norm.input, norm.output)
        forward.r = norm.residual.map { Int64(place($0)) } ?? -1
        forward.w = Int64(parameters.value(norm.gain))
        forward.b = Int64(parameters.value(norm.shift))
        forward.normalized = Int64(normalized)
        forward.scale = Int64(scale)
        forward.epsilon = norm.epsilon
        var lowered = LoweredOperation(forward: [.rows(steps: norm.input.steps, [forward])])
        guard isTraining else { return lowered }

        var backward = forward
        backward.kind = Int32(bitPattern: APUS_CUDA_LAYER_NORM_GRADIENT.rawValue)
        backward.dy = Int64(gradient(norm.output))
        if hasGradient(norm.input) {
            backward.dx = Int64(gradient(norm.input))
            if accumulates(norm.input) { backward.accumulates |= 1 }
        }
        if let residual = norm.residual, hasGradient(residual) {
            backward.dr = Int64(gradient(residual))
            if accumulates(residual) { backward.accumulates |= 2 }
        }
        lowered.backward = [.rows(steps: norm.input.steps, [backward])]
        let dy = Matrix(gradient(norm.output), norm.output.stride)
        addGradient(of: norm.gain, elementwise: Matrix(normalized, norm.input.stride), dy, rows: rows)
        addGradient(of: norm.shift, sum: dy, rows: rows)
        return lowered
    }

    /// A copy of a head's output to the results.
    func output(_ value: Value, at result: Int) -> apus_cuda_instruction_t {
        var instruction = instruction(APUS_CUDA_OUTPUT, features: value.features)
        instruction.x = Int64(place(value))
        instruction.result = Int64(result)
        return instruction
    }
}

/// A word of the generator below this drops its element.
func dropoutThreshold(_ rate: Float) -> UInt32 { UInt32((Double(rate) * 0x1p32).rounded()) }
