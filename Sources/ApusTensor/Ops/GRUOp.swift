import CApusKernels

/// A whole GRU layer over all its steps, in Keras's gate order z, r, h. The formulas are in Variant/GRU.h of CApusKernels.
package struct GRUOp: Operation {
    package let input: Value
    package let output: Value
    package let units: Int
    package let kernel: ParameterSlot
    package let recurrent: ParameterSlot
    package let bias: ParameterSlot

    let packed: Buffer
    let h: Buffer
    /// Slots of h: all steps where they are needed later, else just enough for one step after the other.
    let hSlots: Int
    let saved: Saved?

    /// What backward needs.
    struct Saved {
        let gates: Buffer
        let dh: Buffer
        let packedRecurrent: Buffer
        let packedInput: Buffer?
    }

    package func prepare(_ frame: Frame) {
        frame.kernels.gru_pack(
            frame[packed], frame.parameter(kernel), frame.parameter(recurrent), frame.parameter(bias), input.features, units)
        guard let saved else { return }
        frame.kernels.gru_pack_transposed(frame[saved.packedRecurrent], frame.parameter(recurrent), units, units)
        if let packedInput = saved.packedInput {
            frame.kernels.gru_pack_transposed(frame[packedInput], frame.parameter(kernel), input.features, units)
        }
    }

    package func forward(_ frame: Frame) {
        var arguments = apus_gru_forward_t(
            steps: input.steps, rows: frame.rows, inputs: input.features, units: units, x: frame.data(input), packed: frame[packed],
            h: frame[h], h_slots: hSlots, gates: saved.map { frame[$0.gates] }, gate_stride: apus_lstm_gate_stride(units))
        frame.kernels.gru_forward(&arguments)
    }

    package func backward(_ frame: Frame) {
        guard let saved else { return }
        var arguments = apus_gru_backward_t(
            steps: input.steps, rows: frame.rows, inputs: input.features, units: units, x: frame.data(input), h: frame[h],
            gates: frame[saved.gates], gate_stride: apus_lstm_gate_stride(units), dy: frame.gradient(output),
            last_step_only: !output.isSequence, dh: frame[saved.dh], packed_recurrent: frame[saved.packedRecurrent],
            packed_input: saved.packedInput.map { UnsafePointer(frame[$0]) }, dx: saved.packedInput == nil ? nil : frame.gradient(input),
            accumulate_dx: frame.accumulates(input), dkernel: frame.gradient(kernel), drecurrent: frame.gradient(recurrent),
            dbias: frame.gradient(bias))
        frame.kernels.gru_backward(&arguments)
    }
}

extension TapeRecorder {
    /// Records a GRU over a sequence (T, F): kernel (F, 3H), recurrent (H, 3H), bias (2, 3H). Returns (T, H), or (H) of the last step.
    package mutating func gru(
        _ input: Value, units: Int, returnsSequences: Bool, kernel: ParameterSlot, recurrent: ParameterSlot, bias: ParameterSlot
    ) -> Value {
        let stride = Buffer.padded(units)
        let steps = input.steps
        let hSlots = isTraining || returnsSequences ? steps : min(2, steps)
        let h = buffer(perRow: hSlots * stride)
        // The output is h itself: all of it, or the slot of the last step.
        let output =
            returnsSequences
            ? value(shape: [steps, units], in: h) : value(shape: [units], in: h, perRow: (steps - 1) % hSlots * stride)
        var saved: GRUOp.Saved?
        if isTraining {
            saved = GRUOp.Saved(
                gates: buffer(perRow: steps * apus_lstm_gate_stride(units)), dh: buffer(perRow: stride),
                packedRecurrent: buffer(fixed: apus_gru_transposed_size(units, units)),
                packedInput: hasGradient(input) ? buffer(fixed: apus_gru_transposed_size(input.features, units)) : nil)
        }
        append(
            GRUOp(
                input: input, output: output, units: units, kernel: kernel, recurrent: recurrent, bias: bias,
                packed: buffer(fixed: apus_gru_packed_size(input.features, units)), h: h, hSlots: hSlots, saved: saved),
            reading: [input])
        return output
    }
}
