import ApusTensor
import CApusCUDA

// Recurrent layers: one product for x W + b of all steps, then the recurrence in one launch; backward likewise the other way round.
extension Lowering {
    mutating func lower(_ lstm: LSTMOp) -> LoweredOperation {
        let (input, units, width) = (lstm.input, lstm.units, 4 * lstm.units)
        let places = recurrentPlaces(input, lstm.output, units: units)
        let (gates, rows) = (places.gates, matrixRows(input))
        let state = capacity * padded(units)
        let c = slab.reserve(isTraining ? input.steps * state : state)
        let tanhC = isTraining ? slab.reserve(input.steps * state) : -1
        let kernel = RecurrentKernel(units: units, rows: capacity, wideBytes: Int(APUS_CUDA_LSTM_128_BYTES), sharedBytes: sharedBytes)

        var forward = apus_cuda_lstm_forward_t()
        (forward.steps, forward.rows, forward.units) = (Int32(input.steps), Int32(capacity), Int32(units))
        (forward.gates, forward.gate_stride) = (Int64(gates.place), Int32(gates.stride))
        forward.recurrent = Int64(parameters.value(lstm.recurrent))
        (forward.h, forward.c, forward.tanh_c) = (Int64(places.h.place), Int64(c), Int64(tanhC))
        forward.saves = isTraining ? 1 : 0
        let x = Matrix(place(input), input.stride)
        var lowered = LoweredOperation(forward: [
            .kernel(multiply(x, lstm.kernel, into: gates, bias: lstm.bias, rows: rows, n: width, k: input.features)),
            .kernel(call("lstm_forward", kernel, forward)),
        ])
        guard isTraining else { return lowered }

        var backward = apus_cuda_lstm_backward_t()
        (backward.steps, backward.rows, backward.units) = (forward.steps, forward.rows, forward.units)
        (backward.gates, backward.gate_stride) = (forward.gates, forward.gate_stride)
        (backward.c, backward.tanh_c, backward.recurrent) = (forward.c, forward.tanh_c, forward.recurrent)
        backward.dy = Int64(gradient(lstm.output))
        backward.last_step_only = lstm.output.isSequence ? 0 : 1
        backward.scratch = Int64(slab.reserve(2 * state))
        lowered.backward = [.kernel(call("lstm_backward", kernel, backward))]
        if hasGradient(input) {
            lowered.backward.append(inputGradient(input, gates, lstm.kernel, columns: width))
        }
        addGradient(of: lstm.kernel, product: x, gates, rows: rows, m: input.features, n: width)
        addGradient(of: lstm.recurrent, product: places.h, places.later, rows: rows - capacity, m: units, n: width)
        addGradient(of: lstm.bias, sum: gates, rows: rows)
        return lowered
    }

    mutating func lower(_ gru: GRUOp) -> LoweredOperation {
        let (input, units, width) = (gru.input, gru.units, 3 * gru.units)
        let places = recurrentPlaces(input, gru.output, units: units)
        let (gates, rows) = (places.gates, matrixRows(input))
        let kernel = RecurrentKernel(units: units, rows: capacity, wideBytes: Int(APUS_CUDA_GRU_128_BYTES), sharedBytes: sharedBytes)

        var forward = apus_cuda_gru_forward_t()
        (forward.steps, forward.rows, forward.units) = (Int32(input.steps), Int32(capacity), Int32(units))
        (forward.gates, forward.gate_stride) = (Int64(gates.place), Int32(gates.stride))
        forward.recurrent = Int64(parameters.value(gru.recurrent))
        forward.recurrent_bias = Int64(parameters.value(gru.bias) + width)
        forward.h = Int64(places.h.place)
        forward.saves = isTraining ? 1 : 0
        let x = Matrix(place(input), input.stride)
        var lowered = LoweredOperation(forward: [
            .kernel(multiply(x, gru.kernel, into: gates, bias: gru.bias, rows: rows, n: width, k: input.features)),
            .kernel(call("gru_forward", kernel, forward)),
        ])
        guard isTraining else { return lowered }

        var backward = apus_cuda_gru_backward_t()
        (backward.steps, backward.rows, backward.units) = (forward.steps, forward.rows, forward.units)
        (backward.gates, backward.gate_stride, backward.h) = (forward.gates, forward.gate_stride, forward.h)
        backward.recurrent = forward.recurrent
        backward.dy = Int64(gradient(gru.output))
        backward.last_step_only = gru.output.isSequence ? 0 : 1
        backward.scratch = Int64(slab.reserve(2 * capacity * padded(units)))
        lowered.backward = [.kernel(call("gru_backward", kernel, backward))]
        if hasGradient(input) {
            lowered.backward.append(inputGradient(input, gates, gru.kernel, columns: width))
        }
        addGradient(of: gru.kernel, product: x, gates, rows: rows, m: input.features, n: width)
        // h has z, r and q, which lie apart: q's gradient is the fourth column group.
        let (later, q) = (places.later, Matrix(gates.place + width, gates.stride))
        addGradient(of: gru.recurrent, product: places.h, later, rows: rows - capacity, m: units, n: 2 * units, width: width)
        addGradient(
            of: gru.recurrent, product: places.h, Matrix(later.place + width, later.stride), rows: rows - capacity, m: units, n: units,
            column: 2 * units, width: width)
        addGradient(of: gru.bias, sum: gates, rows: rows, n: width)
        addGradient(of: gru.bias, sum: gates, rows: rows, first: width, n: 2 * units)
        addGradient(of: gru.bias, sum: q, rows: rows, first: width + 2 * units, n: units)
        return lowered
    }

    // MARK: What both have

    private struct RecurrentPlaces {
        /// (T, rows, stride).
        let gates: Matrix
        /// Gates from the second step on, whose products with h before them make the gradient of the recurrent weights.
        let later: Matrix
        let h: Matrix
    }

    /// Gates and h of all steps; the output is h itself, all of it or its last step.
    private mutating func recurrentPlaces(_ input: Value, _ output: Value, units: Int) -> RecurrentPlaces {
        let (stride, width) = (padded(units), padded(4 * units))
        let gates = slab.reserve(matrixRows(input) * width)
        let h = slab.reserve(matrixRows(input) * stride)
        define(output, at: output.isSequence ? h : h + (input.steps - 1) * capacity * stride)
        return RecurrentPlaces(gates: Matrix(gates, width), later: Matrix(gates + capacity * width, width), h: Matrix(h, stride))
    }

    private func inputGradient(_ input: Value, _ gates: Matrix, _ kernel: ParameterSlot, columns: Int) -> Work {
        .kernel(
            multiplyTransposed(
                gates, kernel, into: Matrix(gradient(input), input.stride), rows: matrixRows(input), n: input.features, k: columns,
                accumulates: accumulates(input)))
    }

    private func call(_ name: String, _ kernel: RecurrentKernel, _ arguments: some KernelArguments) -> KernelCall {
        KernelCall(name + kernel.suffix, grid: kernel.grid, threads: kernel.threads, sharedBytes: kernel.sharedBytes, arguments)
    }

    func padded(_ count: Int) -> Int { Int(apus_cuda_padded(Int32(count))) }
}
