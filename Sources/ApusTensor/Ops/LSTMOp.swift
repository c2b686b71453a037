import CApusKernels

/// A whole LSTM layer over all its steps, in Keras's gate order i, f, c, o. The formulas are in Variant/LSTM.h of CApusKernels.
package struct LSTMOp: Operation {
    package let input: Value
    package let output: Value
    package let units: Int
    package let kernel: ParameterSlot
    package let recurrent: ParameterSlot
    package let bias: ParameterSlot

    let packed: Buffer
    let h: Buffer
    let c: Buffer
    /// Slots of h and c: all steps where they are needed later, else just enough for one step after the other.
    let hSlots: Int
    let cSlots: Int
    let saved: Saved?

    /// What backward needs.
    struct Saved {
        let gates: Buffer
        let tanhC: Buffer
        let dh: Buffer
        let dc: Buffer
        let packedRecurrent: Buffer
        let packedInput: Buffer?
    }

    package func prepare(_ frame: Frame) {
        frame.kernels.lstm_pack(
            frame[packed], frame.parameter(kernel), frame.parameter(recurrent), frame.parameter(bias), input.features, units)
        guard let saved else { return }
        frame.kernels.lstm_pack_transposed(frame[saved.packedRecurrent], frame.parameter(recurrent), units, units)
        if let packedInput = saved.packedInput {
            frame.kernels.lstm_pack_transposed(frame[packedInput], frame.parameter(kernel), input.features, units)
        }
    }

    package func forward(_ frame: Frame) {
        var arguments = apus_lstm_forward_t(
            steps: input.steps, rows: frame.rows, inputs: input.features, units: units, x: frame.data(input), packed: frame[packed],
            h: frame[h], c: frame[c], h_slots: hSlots, c_slots: cSlots, gates: saved.map { frame[$0.gates] },
            tanh_c: saved.map { frame[$0.tanhC] }, gate_stride: apus_lstm_gate_stride(units))
        frame.kernels.lstm_forward(&arguments)
    }

    package func backward(_ frame: Frame) {
        guard let saved else { return }
        var arguments = apus_lstm_backward_t(
            steps: input.steps, rows: frame.rows, inputs: input.features, units: units, x: frame.data(input), h: frame[h], c: frame[c],
            tanh_c: frame[saved.tanhC], gates: frame[saved.gates], gate_stride: apus_lstm_gate_stride(units), dy: frame.gradient(output),
            last_step_only: !output.isSequence, dh: frame[saved.dh], dc: frame[saved.dc], packed_recurrent: frame[saved.packedRecurrent],
            packed_input: saved.packedInput.map { UnsafePointer(frame[$0]) }, dx: saved.packedInput == nil ? nil : frame.gradient(input),
            accumulate_dx: frame.accumulates(input), dkernel: frame.gradient(kernel), drecurrent: frame.gradient(recurrent),
            dbias: frame.gradient(bias))
        frame.kernels.lstm_backward(&arguments)
    }
}

extension TapeRecorder {
    /// Records an LSTM over a sequence (T, F): kernel (F, 4H), recurrent (H, 4H), bias (4H). Returns (T, H), or (H) of the last step.
    package mutating func lstm(
        _ input: Value, units: Int, returnsSequences: Bool, kernel: ParameterSlot, recurrent: ParameterSlot, bias: ParameterSlot
    ) -> Value {
        let stride = Buffer.padded(units)
        let steps = input.steps
        let hSlots = isTraining || returnsSequences ? steps : min(2, steps)
        let cSlots = isTraining ? steps : 1
        let h = buffer(perRow: hSlots * stride)
        let c = buffer(perRow: cSlots * stride)
        // The output is h itself: all of it, or the slot of the last step.
        let output =
            returnsSequences
            ? value(shape: [steps, units], in: h) : value(shape: [units], in: h, perRow: (steps - 1) % hSlots * stride)
        var saved: LSTMOp.Saved?
        if isTraining {
            saved = LSTMOp.Saved(
                gates: buffer(perRow: steps * apus_lstm_gate_stride(units)), tanhC: buffer(perRow: steps * stride), dh: buffer(perRow: stride),
                dc: buffer(perRow: stride), packedRecurrent: buffer(fixed: apus_lstm_transposed_size(units, units)),
                packedInput: hasGradient(input) ? buffer(fixed: apus_lstm_transposed_size(input.features, units)) : nil)
        }
        append(
            LSTMOp(
                input: input, output: output, units: units, kernel: kernel, recurrent: recurrent, bias: bias,
                packed: buffer(fixed: apus_lstm_packed_size(input.features, units)), h: h, c: c, hSlots: hSlots, cSlots: cSlots, saved: saved),
            reading: [input])
        return output
    }
}
